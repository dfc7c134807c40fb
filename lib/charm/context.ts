import type {Environment} from './host.ts';

/** Why the charm runs. Names are Juju's; a relation event carries the relation it is about. */
export type HookEvent =
  | {readonly kind: 'unit'; readonly name: string}
  | RelationEvent
  | {readonly kind: 'action'; readonly name: string; readonly id: string}
  | {readonly kind: 'secret'; readonly name: string; readonly secretId: string};

/** What happened to a relation. */
export interface RelationEvent {
  readonly kind: 'relation';
  /** The hook's name, for example `ha-relation-changed`. */
  readonly name: string;
  readonly endpoint: string;
  readonly step: 'created' | 'joined' | 'changed' | 'departed' | 'broken';
  /** The relation as hook tools name it: `ha:7`. */
  readonly relationId: string;
  readonly remoteApplication: string;
  /** Absent in created, broken and the changed hook of application data. */
  readonly remoteUnit?: string;
  /** The unit that leaves, which may be this one; only in departed. */
  readonly departingUnit?: string;
}

/** The facts of one hook, from the variables that Juju's uniter sets for a hook (`JUJU_UNIT_NAME` and others). */
export interface HookContext {
  readonly unit: string;
  readonly application: string;
  readonly modelName: string;
  readonly modelUuid: string;
  /** Empty for a unit on Kubernetes. */
  readonly machineId: string;
  /** The unit this one is subordinate to; absent for a principal. */
  readonly principalUnit?: string;
  readonly event: HookEvent;
}

/** A hook was started without what Juju always sets. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
  readonly variable: string;

  constructor(variable: string, message = 'is not set; charms are run by a Juju unit agent') {
    super(`${variable} ${message}`);
    this.variable = variable;
  }
}

const RELATION_HOOK = /^(?<endpoint>.+)-relation-(?<step>created|joined|changed|departed|broken)$/;

/** Reads the context of a hook. Throws a ContextError that names the variable. */
export function parseContext(environment: Environment): HookContext {
  const unit = require(environment, 'JUJU_UNIT_NAME');
  if (!/^[^/]+\/\d+$/.test(unit)) {
    throw new ContextError('JUJU_UNIT_NAME', 'must be an application and a number, for example ha/0');
  }
  const principalUnit = environment['JUJU_PRINCIPAL_UNIT'] ?? '';
  return {
    unit,
    application: getApplication(unit),
    modelName: environment['JUJU_MODEL_NAME'] ?? '',
    modelUuid: environment['JUJU_MODEL_UUID'] ?? '',
    machineId: environment['JUJU_MACHINE_ID'] ?? '',
    event: parseEvent(environment),
    ...(principalUnit === '' ? {} : {principalUnit}),
  };
}

function parseEvent(environment: Environment): HookEvent {
  const [folder, name] = splitDispatchPath(require(environment, 'JUJU_DISPATCH_PATH'));
  if (folder === 'actions') {
    return {kind: 'action', name, id: environment['JUJU_ACTION_UUID'] ?? ''};
  }
  const relation = RELATION_HOOK.exec(name)?.groups;
  if (relation !== undefined) {
    return parseRelationEvent(environment, name, relation);
  }
  const secretId = environment['JUJU_SECRET_ID'] ?? '';
  return secretId === '' ? {kind: 'unit', name} : {kind: 'secret', name, secretId};
}

function parseRelationEvent(
  environment: Environment,
  name: string,
  {endpoint = '', step = ''}: Partial<Record<string, string>>,
): RelationEvent {
  const remoteUnit = environment['JUJU_REMOTE_UNIT'] ?? '';
  const departingUnit = environment['JUJU_DEPARTING_UNIT'] ?? '';
  return {
    kind: 'relation',
    name,
    endpoint,
    step: parseStep(step),
    relationId: require(environment, 'JUJU_RELATION_ID'),
    remoteApplication: environment['JUJU_REMOTE_APP'] ?? '',
    ...(remoteUnit === '' ? {} : {remoteUnit}),
    ...(departingUnit === '' ? {} : {departingUnit}),
  };
}

function parseStep(step: string): RelationEvent['step'] {
  switch (step) {
    case 'created':
    case 'joined':
    case 'departed':
    case 'broken':
      return step;
    default:
      return 'changed';
  }
}

function splitDispatchPath(path: string): ['hooks' | 'actions', string] {
  const [folder, name] = path.split('/');
  if ((folder !== 'hooks' && folder !== 'actions') || name === undefined || name === '') {
    throw new ContextError('JUJU_DISPATCH_PATH', 'must be hooks/<hook> or actions/<action>');
  }
  return [folder, name];
}

function require(environment: Environment, variable: string): string {
  const value = environment[variable] ?? '';
  if (value === '') {
    throw new ContextError(variable);
  }
  return value;
}

/** The application of a unit: ha of `ha/0`. */
export function getApplication(unit: string): string {
  return unit.slice(0, unit.lastIndexOf('/'));
}

/** Whether this unit is on its way out: what it sees of others is then no reason to change what they share. */
export function isLeaving({unit, event}: HookContext): boolean {
  if (event.kind === 'relation') {
    return event.departingUnit === unit;
  }
  return event.kind === 'unit' && (event.name === 'stop' || event.name === 'remove');
}
