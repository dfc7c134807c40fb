import type {ModelState} from '../model/state.ts';

/** Whether a value is of some kind. Plain functions: a schema library would cost more time than reading the file. */
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const recordOf =
  (entry: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(entry);
const shape = (fields: Readonly<Record<string, Check>>): Check => {
  const checks = Object.entries(fields);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const life = oneOf('alive', 'dying');
const names = listOf(text);
const texts = recordOf(text);
const status = shape({status: text, message: text, since: number});
const databag = {data: texts, version: number};

const endpoint = shape({
  application: text,
  name: text,
  interface: text,
  role: oneOf('provider', 'requirer', 'peer'),
  scope: oneOf('global', 'container'),
});

const relation = shape({
  id: number,
  key: text,
  endpoints: listOf(endpoint),
  scope: oneOf('global', 'container'),
  life,
  units: recordOf(shape({...databag, inScope: flag, departing: flag})),
  applications: recordOf(shape(databag)),
});

const unit = shape({
  name: text,
  application: text,
  machine: text,
  subordinates: names,
  life,
  relations: recordOf(shape({created: flag, members: recordOf(number), applicationVersion: number})),
  workload: status,
  agent: status,
  state: texts,
  tasks: names,
  storage: names,
  ports: listOf(shape({protocol: text, from: number, to: number})),
});

const application = shape({
  name: text,
  charm: text,
  life,
  settings: recordOf((value) => text(value) || number(value) || flag(value)),
  bindings: texts,
  units: names,
  relations: listOf(number),
});

const machine = shape({
  id: text,
  hostname: text,
  base: text,
  units: names,
  containers: names,
  interfaces: listOf(shape({space: text, address: text, cidr: text})),
  agent: optional(status),
  boot: optional(text),
});

const model = shape({
  name: text,
  cloud: optional(text),
  life: optional(oneOf('dying')),
  uuid: text,
  controller: text,
  secret: text,
  seed: number,
  order: shape({state: number}),
  defaultSpace: text,
  spaces: recordOf(shape({cidr: text, used: number})),
  charms: recordOf(
    shape({url: text, name: text, program: text, declared: shape({metadata: isObject, config: isObject})}),
  ),
  machines: recordOf(machine),
  applications: recordOf(application),
  units: recordOf(unit),
  relations: recordOf(relation),
  tasks: recordOf(shape({id: text, unit: text})),
  secrets: recordOf(isObject),
  storage: recordOf(shape({id: text, owner: text, location: text, attachments: recordOf(shape({attached: flag}))})),
  sequences: recordOf(number),
  log: listOf(shape({time: number, entity: text, message: text})),
  writes: recordOf(number),
  isSettled: flag,
});

/** Whether something read from a file is a model: what names and numbers hang together by is there and of its type. */
export function isModelState(value: unknown): value is ModelState {
  return model(value);
}
