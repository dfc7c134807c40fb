import type {Charm} from '../charm.ts';
import type {Environment} from '../host.ts';
import {checkConsistency} from './consistency.ts';
import {createHostState, MemoryHost, type ModelledCommand, type PackageCatalog} from './memory-host.ts';
import type {CharmMeta, RelationState, TestEvent, UnitState} from './state.ts';
import {createStateTools, getRelationId, type ToolWorld} from './tools.ts';

/** One event, the charm it happens to, and the world it happens in. */
export interface RunHookOptions {
  readonly charm: Charm;
  readonly meta: CharmMeta;
  readonly state: UnitState;
  readonly event: TestEvent;
  readonly catalog?: PackageCatalog;
  /** Does nothing: `plan` of the result then says what the event would do now. */
  readonly dryRun?: boolean;
  /** Programs of the machine that the charm calls, beyond apt-get, dpkg-query, systemctl, cat and ls. */
  readonly commands?: Readonly<Record<string, ModelledCommand>>;
}

/** What one run did. */
export interface RunHookResult {
  readonly exitCode: number;
  /** The state after it. As in Juju, a run that fails leaves relation data and ports as they were. */
  readonly state: UnitState;
  readonly log: readonly {readonly level: string; readonly message: string}[];
  /** Changes made on the machine, in order. */
  readonly effects: readonly string[];
  /** Bags written, as `ha:7 unit`. */
  readonly relationWrites: readonly string[];
  /** Programs and hook tools that were called, with their arguments. */
  readonly programs: readonly (readonly string[])[];
  readonly toolCalls: readonly (readonly string[])[];
  /** Of a dry run: the steps that a hook would do now, and the status it would set. */
  readonly plan: readonly string[];
  readonly action?: {readonly results: Readonly<Record<string, string>>; readonly failure: string | null};
}

/** A unit's state with everything a test does not care about filled in. */
export function createUnitState(given: Partial<UnitState> & Pick<UnitState, 'unit'>): UnitState {
  return {
    leader: false,
    config: {},
    relations: [],
    expected: {},
    networks: {},
    storage: {},
    facts: {
      hostname: 'tidy-goose',
      cpus: 2,
      addresses: [{interfaceName: 'eth0', address: '10.0.0.10', cidr: '10.0.0.10/24'}],
      os: {id: 'ubuntu', version: '22.04'},
    },
    host: createHostState(),
    openedPorts: [],
    status: {status: 'unknown', message: ''},
    workloadVersion: '',
    ...given,
  };
}

/** Runs one event on a state through the charm's own dispatch. Refuses what Juju cannot produce. */
export async function runHook(options: RunHookOptions): Promise<RunHookResult> {
  const {charm, meta, state, event, catalog = {}, commands = {}, dryRun = false} = options;
  checkConsistency(meta, state, event);
  const host = new MemoryHost({facts: state.facts, state: structuredClone(state.host), catalog, commands});
  const world = createWorld(options);
  const plan: string[] = [];
  const exitCode = await charm.run({
    environment: createEnvironment(state, event),
    tools: createStateTools(world),
    host,
    ...(dryRun ? {dryRun: (step: string) => plan.push(step)} : {}),
  });
  const isKept = exitCode === 0;
  return {
    exitCode,
    state: {
      ...state,
      relations: isKept ? world.relations : state.relations,
      openedPorts: isKept ? world.openedPorts : state.openedPorts,
      status: world.status,
      workloadVersion: world.workloadVersion,
      host: host.state,
    },
    log: world.log,
    effects: host.effects,
    relationWrites: world.relationWrites,
    programs: host.started,
    toolCalls: world.calls,
    plan,
    ...('action' in event ? {action: {results: world.results, failure: world.failure}} : {}),
  };
}

function createWorld({meta, state, event}: RunHookOptions): ToolWorld {
  return {
    meta,
    before: state,
    relations: [...state.relations],
    openedPorts: [...state.openedPorts],
    status: state.status,
    workloadVersion: state.workloadVersion,
    params: 'action' in event ? (event.params ?? {}) : {},
    results: {},
    failure: null,
    log: [],
    relationWrites: [],
    calls: [],
  };
}

/** The variables Juju sets for the event as its uniter does; some are there but empty. */
function createEnvironment(state: UnitState, event: TestEvent): Environment {
  const common = {
    JUJU_UNIT_NAME: state.unit,
    JUJU_MODEL_NAME: 'test',
    JUJU_MODEL_UUID: '00000000-0000-4000-8000-000000000000',
    JUJU_MACHINE_ID: '0',
    JUJU_PRINCIPAL_UNIT: state.principalUnit ?? '',
  };
  if ('action' in event) {
    return {
      ...common,
      JUJU_DISPATCH_PATH: `actions/${event.action}`,
      JUJU_ACTION_NAME: event.action,
      JUJU_ACTION_UUID: '1',
    };
  }
  if ('hook' in event) {
    return {...common, JUJU_DISPATCH_PATH: `hooks/${event.hook}`};
  }
  return {...common, ...createRelationEnvironment(getRelation(state, event.relation), event)};
}

function createRelationEnvironment(
  relation: RelationState,
  {step, unit, departing}: Extract<TestEvent, {relation: number}>,
): Environment {
  return {
    JUJU_DISPATCH_PATH: `hooks/${relation.endpoint}-relation-${step}`,
    JUJU_RELATION: relation.endpoint,
    JUJU_RELATION_ID: getRelationId(relation),
    JUJU_REMOTE_APP: relation.remoteApplication,
    JUJU_REMOTE_UNIT: unit ?? '',
    ...(step === 'departed' ? {JUJU_DEPARTING_UNIT: departing ?? unit} : {}),
  };
}

function getRelation({relations}: UnitState, wanted: number): RelationState {
  const found = relations.find(({id}) => id === wanted);
  if (found === undefined) {
    throw new Error(`no relation has the id ${wanted}`);
  }
  return found;
}
