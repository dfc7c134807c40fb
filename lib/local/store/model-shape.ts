import * as z from 'zod/mini';

import type {ModelState} from '../model/state.ts';

const status = z.looseObject({status: z.string(), message: z.string(), since: z.number()});
const texts = z.record(z.string(), z.string());
const names = z.array(z.string());

const endpoint = z.looseObject({
  application: z.string(),
  name: z.string(),
  interface: z.string(),
  role: z.enum(['provider', 'requirer', 'peer']),
  scope: z.enum(['global', 'container']),
});

const relation = z.looseObject({
  id: z.number(),
  key: z.string(),
  endpoints: z.array(endpoint),
  life: z.enum(['alive', 'dying']),
  units: z.record(z.string(), z.looseObject({data: texts, version: z.number(), inScope: z.boolean()})),
  applications: z.record(z.string(), z.looseObject({data: texts, version: z.number()})),
});

const unit = z.looseObject({
  name: z.string(),
  application: z.string(),
  machine: z.string(),
  subordinates: names,
  life: z.enum(['alive', 'dying']),
  relations: z.record(z.string(), z.looseObject({created: z.boolean(), members: z.record(z.string(), z.number())})),
  workload: status,
  agent: status,
  state: texts,
  tasks: names,
  ports: z.array(z.looseObject({protocol: z.string()})),
});

const application = z.looseObject({
  name: z.string(),
  charm: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  bindings: texts,
  units: names,
  relations: z.array(z.number()),
});

const machine = z.looseObject({
  id: z.string(),
  hostname: z.string(),
  units: names,
  containers: names,
  interfaces: z.array(z.looseObject({space: z.string(), address: z.string(), cidr: z.string()})),
});

const model = z.looseObject({
  name: z.string(),
  uuid: z.string(),
  controller: z.string(),
  secret: z.string(),
  seed: z.number(),
  order: z.looseObject({state: z.number()}),
  spaces: z.record(z.string(), z.looseObject({cidr: z.string(), used: z.number()})),
  charms: z.record(z.string(), z.looseObject({url: z.string(), program: z.string(), declared: z.looseObject({})})),
  machines: z.record(z.string(), machine),
  applications: z.record(z.string(), application),
  units: z.record(z.string(), unit),
  relations: z.record(z.string(), relation),
  tasks: z.record(z.string(), z.looseObject({id: z.string(), unit: z.string()})),
  sequences: z.record(z.string(), z.number()),
  log: z.array(z.looseObject({message: z.string()})),
  writes: z.record(z.string(), z.number()),
});

/** Whether something read from a file is a model: what names and numbers hang together by is there and of its type. */
export function isModelState(value: unknown): value is ModelState {
  return z.safeParse(model, value).success;
}
