import type {CommandResult, RunHookTool} from '../host.ts';
import type {Databag} from '../hook-tools/index.ts';
import type {CharmMeta, RelationState, UnitState} from './state.ts';

/** What the hook tools of one run read and write; it starts as a copy of the state and becomes the new one. */
export interface ToolWorld {
  readonly meta: CharmMeta;
  readonly before: UnitState;
  relations: RelationState[];
  openedPorts: string[];
  status: UnitState['status'];
  workloadVersion: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly results: Record<string, string>;
  failure: string | null;
  readonly log: {readonly level: string; readonly message: string}[];
  /** Every bag written, as `ha:7 unit`: what a second run must leave empty. */
  readonly relationWrites: string[];
  /** Every call with its arguments: what must never hold a secret. */
  readonly calls: (readonly string[])[];
}

type Tool = (args: ToolArguments, world: ToolWorld, stdin: string) => unknown;

/** Arguments as gnuflag takes them: flags and operands may be mixed; after `--` all is operand. */
interface ToolArguments {
  readonly operands: readonly string[];
  readonly relationId: string;
  readonly storageId: string;
  readonly isApp: boolean;
  readonly level: string;
}

/** Answers hook tools from the world. A tool or a form of it that is not modelled fails and says so. */
export function createStateTools(world: ToolWorld): RunHookTool {
  return (tool, args, stdin = '') => {
    world.calls.push([tool, ...args]);
    const model = TOOLS[tool];
    if (model === undefined) {
      return Promise.resolve(fail(`not modelled: ${tool}`));
    }
    try {
      const value = model(parseArguments(args), world, stdin);
      return Promise.resolve({
        exitCode: 0,
        stdout: value === undefined ? '' : `${JSON.stringify(value)}\n`,
        stderr: '',
      });
    } catch (error) {
      return Promise.resolve(fail(error instanceof Error ? error.message : String(error)));
    }
  };
}

const fail = (message: string): CommandResult => ({exitCode: 1, stdout: '', stderr: `ERROR ${message}\n`});

const VALUE_FLAGS: readonly string[] = ['-r', '-s', '--log-level', '--file'];

function parseArguments(args: readonly string[]): ToolArguments {
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  const valueOf = (flag: string): string => flags[flags.indexOf(flag) + 1] ?? '';
  return {
    operands: [
      ...flags.filter((arg, at) => (arg === '-' || !arg.startsWith('-')) && !VALUE_FLAGS.includes(flags[at - 1] ?? '')),
      ...(end === -1 ? [] : args.slice(end + 1)),
    ],
    relationId: flags.includes('-r') ? valueOf('-r') : '',
    storageId: flags.includes('-s') ? valueOf('-s') : '',
    isApp: flags.includes('--app') || flags.includes('--application'),
    level: flags.includes('--log-level') ? valueOf('--log-level') : 'INFO',
  };
}

const TOOLS: Readonly<Record<string, Tool>> = {
  'config-get': (_args, {meta, before}) =>
    Object.fromEntries(
      Object.entries(meta.config).map(([name, option]) => [name, before.config[name] ?? option.default ?? null]),
    ),
  'is-leader': (_args, {before}) => before.leader,
  'relation-ids': ({operands: [endpoint]}, {relations}) =>
    relations
      .filter((relation) => relation.endpoint === endpoint)
      .map(getRelationId)
      .sort(),
  'relation-list': ({relationId, isApp}, world) => {
    const relation = findRelation(world, relationId);
    return isApp ? relation.remoteApplication : Object.keys(relation.units).sort();
  },
  'relation-get': getBag,
  'relation-set': setBag,
  'network-get': ({operands: [binding = '']}, {before}) => {
    const network = before.networks[binding];
    if (network === undefined) {
      throw new Error(`no network config found for binding "${binding}"`);
    }
    return {
      'bind-addresses': network.bindAddresses.map(({interfaceName, macAddress, addresses}) => ({
        'interface-name': interfaceName,
        'mac-address': macAddress,
        addresses,
      })),
      'ingress-addresses': network.ingressAddresses,
      'egress-subnets': network.egressSubnets,
    };
  },
  'storage-list': ({operands: [store]}, {before}) =>
    Object.entries(before.storage).flatMap(([name, instances]) =>
      store === undefined || store === name ? instances.map(({id}) => id) : [],
    ),
  'storage-get': ({storageId}, {before}) => {
    const instances = Object.values(before.storage).flat();
    const found = instances.find(({id}) => id === storageId);
    if (found === undefined) {
      throw new Error(`invalid value "${storageId}" for option -s: storage not found`);
    }
    return {kind: found.kind, location: found.location};
  },
  'open-port': ({operands: [port = '']}, world) => {
    world.openedPorts = [...new Set([...world.openedPorts, port])].sort();
  },
  'close-port': ({operands: [port = '']}, world) => {
    world.openedPorts = world.openedPorts.filter((opened) => opened !== port);
  },
  'opened-ports': (_args, {before}) => before.openedPorts,
  'goal-state': getGoalState,
  'status-get': (_args, {status}) => ({...status, 'status-data': {}}),
  'status-set': ({operands: [status, message = '']}, world) => {
    if (status !== 'active' && status !== 'blocked' && status !== 'waiting' && status !== 'maintenance') {
      throw new Error(`invalid status "${status ?? ''}", expected one of [maintenance blocked waiting active]`);
    }
    world.status = {status, message};
  },
  'application-version-set': ({operands: [version = '']}, world) => {
    world.workloadVersion = version;
  },
  'juju-log': ({operands, level}, {log}) => {
    log.push({level, message: operands.join(' ')});
  },
  'action-get': (_args, {params}) => params,
  'action-set': ({operands}, {results}) => {
    for (const pair of operands) {
      results[pair.slice(0, pair.indexOf('='))] = pair.slice(pair.indexOf('=') + 1);
    }
  },
  'action-fail': ({operands: [message = '']}, world) => {
    world.failure = message;
  },
  'action-log': () => undefined,
};

/** Everybody that is seen, and whom the state says is still to come. */
function getGoalState(_args: ToolArguments, {before}: ToolWorld): unknown {
  const describe = (units: readonly string[]): Record<string, {status: string}> =>
    Object.fromEntries(units.map((unit) => [unit, {status: 'active'}]));
  const application = getApplication(before);
  const relations = before.relations.map(({endpoint, units}): [string, unknown] => [
    endpoint,
    describe([...Object.keys(units), ...(before.expected[endpoint] ?? [])]),
  ]);
  const peers = before.relations
    .filter(({remoteApplication}) => remoteApplication === application)
    .flatMap(({endpoint, units}) => [...Object.keys(units), ...(before.expected[endpoint] ?? [])]);
  return {units: describe([before.unit, ...peers]), relations: Object.fromEntries(relations)};
}

/** The relation as hook tools name it: `ha:7`. */
export function getRelationId({endpoint, id}: RelationState): string {
  return `${endpoint}:${id}`;
}

function findRelation({relations}: ToolWorld, relationId: string): RelationState {
  const found = relations.find((relation) => getRelationId(relation) === relationId);
  if (found === undefined) {
    throw new Error(`invalid value "${relationId}" for option -r: relation not found`);
  }
  return found;
}

function getBag({operands: [, of = ''], relationId, isApp}: ToolArguments, world: ToolWorld): Databag {
  const relation = findRelation(world, relationId);
  return (isApp ? getApplicationBag(relation, of, world) : getUnitBag(relation, of, world)) ?? {};
}

function getUnitBag({unitData, units}: RelationState, of: string, {before}: ToolWorld): Databag | undefined {
  return of === before.unit ? unitData : units[of];
}

function getApplicationBag(relation: RelationState, of: string, {before, meta}: ToolWorld): Databag | undefined {
  if (of !== getApplication(before)) {
    return relation.remoteApplicationData;
  }
  if (!before.leader && meta.endpoints[relation.endpoint]?.role !== 'peer') {
    throw new Error('permission denied');
  }
  return relation.applicationData;
}

function setBag({relationId, isApp}: ToolArguments, world: ToolWorld, stdin: string): void {
  if (isApp && !world.before.leader) {
    throw new Error('cannot write relation settings');
  }
  const relation = findRelation(world, relationId);
  const change = new Map<string, string>(Object.entries(parseBag(stdin)));
  const have = (isApp ? relation.applicationData : relation.unitData) ?? {};
  const merged = Object.fromEntries(
    [...Object.entries(have).filter(([key]) => !change.has(key)), ...change].filter(([, value]) => value !== ''),
  );
  world.relationWrites.push(`${relationId} ${isApp ? 'application' : 'unit'}`);
  world.relations = world.relations.map((other) =>
    other === relation ? {...relation, ...(isApp ? {applicationData: merged} : {unitData: merged})} : other,
  );
}

function parseBag(stdin: string): Databag {
  const value: unknown = JSON.parse(stdin);
  const pairs = Object.entries(typeof value === 'object' && value !== null ? value : {});
  return Object.fromEntries(
    pairs.map(([key, text]: [string, unknown]) => {
      if (typeof text !== 'string') {
        throw new Error(`the value of "${key}" is not a string`);
      }
      return [key, text];
    }),
  );
}

function getApplication({unit}: UnitState): string {
  return unit.slice(0, unit.lastIndexOf('/'));
}
