import type {CharmMeta, RelationState, TestEvent, UnitState} from './state.ts';

/** A test describes something that Juju never shows a charm. */
export class InconsistentStateError extends Error {
  override readonly name = 'InconsistentStateError';
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(`Juju cannot produce this: ${reasons.join('; ')}`);
    this.reasons = reasons;
  }
}

/** Throws an InconsistentStateError that lists every reason why Juju could not run this event on this state. */
export function checkConsistency(meta: CharmMeta, state: UnitState, event: TestEvent): void {
  const reasons = [
    ...checkUnit(meta, state),
    ...checkRelations(meta, state),
    ...checkStorage(meta, state),
    ...checkConfig(meta, state),
    ...checkEvent(meta, state, event),
  ];
  if (reasons.length > 0) {
    throw new InconsistentStateError(reasons);
  }
}

function checkUnit(meta: CharmMeta, {unit, principalUnit, networks}: UnitState): string[] {
  const unknown = Object.keys(networks).filter((name) => !(name in meta.endpoints) && !meta.bindings.includes(name));
  return [
    ...(/^[a-z][a-z0-9-]*\/\d+$/.test(unit) ? [] : [`"${unit}" is not a unit's name`]),
    ...(meta.subordinate && principalUnit === undefined ? ['a subordinate unit has a principal unit'] : []),
    ...(!meta.subordinate && principalUnit !== undefined ? ['a principal charm has no principal unit'] : []),
    ...unknown.map((name) => `network "${name}" is for a binding that the metadata does not have`),
  ];
}

function checkStorage(meta: CharmMeta, {storage}: UnitState): string[] {
  return Object.entries(storage).flatMap(([store, instances]) => [
    ...(meta.storage.includes(store) ? [] : [`the metadata has no storage "${store}"`]),
    ...instances.flatMap(({id}) => (id.startsWith(`${store}/`) ? [] : [`"${id}" is no storage of "${store}"`])),
  ]);
}

function checkRelations(meta: CharmMeta, state: UnitState): string[] {
  const ids = state.relations.map(({id}) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [
    ...twice.map((id) => `two relations have the id ${id}`),
    ...state.relations.flatMap((relation) => checkRelation(meta, state, relation)),
  ];
}

function checkRelation(meta: CharmMeta, {unit}: UnitState, relation: RelationState): string[] {
  const endpoint = meta.endpoints[relation.endpoint];
  if (endpoint === undefined) {
    return [`the metadata has no endpoint "${relation.endpoint}"`];
  }
  const units = Object.keys(relation.units);
  const application = unit.slice(0, unit.lastIndexOf('/'));
  const foreign = units.filter((name) => name.slice(0, name.lastIndexOf('/')) !== relation.remoteApplication);
  return [
    ...foreign.map((name) => `${name} is not a unit of ${relation.remoteApplication}`),
    ...((endpoint.role === 'peer') === (relation.remoteApplication === application)
      ? []
      : [
          endpoint.role === 'peer'
            ? `the peer relation ${relation.endpoint} is with the own application`
            : `only a peer relation is with the own application, not ${relation.endpoint}`,
        ]),
    ...(units.includes(unit) ? ['a unit is not among its own peers'] : []),
    ...(endpoint.scope === 'container' && units.length > 1
      ? [`the container-scoped relation ${relation.endpoint} shows one unit at most`]
      : []),
  ];
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  secret: 'string',
  int: 'number',
  float: 'number',
  boolean: 'boolean',
};

function checkConfig(meta: CharmMeta, {config}: UnitState): string[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const option = meta.config[name];
    if (option === undefined) {
      return [`the metadata has no option "${name}"`];
    }
    const isFit = value === null || typeof value === TYPES[option.type];
    if (option.type === 'int' && typeof value === 'number' && !Number.isInteger(value)) {
      return [`option "${name}" holds int, not a fraction`];
    }
    return isFit ? [] : [`option "${name}" holds ${option.type}, not ${typeof value}`];
  });
}

const RELATION_HOOK = /-relation-(created|joined|changed|departed|broken)$/;
/** The hooks of Juju's that are about the unit alone, and those of storage. */
const UNIT_HOOK =
  /^(install|start|stop|remove|config-changed|update-status|upgrade-charm|leader-(elected|settings-changed)|(pre|post)-series-upgrade|collect-metrics|meter-status-changed|.+-storage-(attached|detaching))$/;

function checkEvent(meta: CharmMeta, state: UnitState, event: TestEvent): string[] {
  if ('action' in event) {
    return meta.actions.includes(event.action) ? [] : [`the metadata has no action "${event.action}"`];
  }
  if ('hook' in event) {
    return [
      ...(event.hook === 'leader-elected' && !state.leader ? ['leader-elected runs on the leader'] : []),
      ...checkStorageHook(state, event.hook),
      ...(RELATION_HOOK.test(event.hook) ? [`${event.hook} is about a relation; give its id and the step`] : []),
      ...(UNIT_HOOK.test(event.hook) || RELATION_HOOK.test(event.hook) ? [] : [`"${event.hook}" is no hook of Juju's`]),
    ];
  }
  const relation = state.relations.find(({id}) => id === event.relation);
  return relation === undefined
    ? [`no relation has the id ${event.relation}`]
    : checkRelationEvent(meta, relation, event);
}

function checkStorageHook({storage}: UnitState, hook: string): string[] {
  const [, store] = /^(.+)-storage-(?:attached|detaching)$/.exec(hook) ?? [];
  return store === undefined || (storage[store] ?? []).length > 0
    ? []
    : [`${hook} is about a storage that the unit has`];
}

type RelationTestEvent = Extract<TestEvent, {relation: number}>;
type Rule = (relation: RelationState, event: RelationTestEvent, meta: CharmMeta) => readonly (string | false)[];

const isListed = ({units}: RelationState, {unit}: RelationTestEvent): boolean => unit !== undefined && unit in units;
const isEmpty = ({units}: RelationState): boolean => Object.keys(units).length === 0;

const hasNoUnit = ({step}: RelationTestEvent): boolean => step === 'created' || step === 'broken';

/** What must hold of a relation when one of its hooks runs. */
const RULES: Readonly<Record<RelationTestEvent['step'], Rule>> = {
  created: (relation) => [!isEmpty(relation) && 'no unit is seen yet when a relation is created'],
  joined: (relation, event) => [!isListed(relation, event) && 'joined is about a unit that is in the relation'],
  changed: (relation, event) => [
    event.unit !== undefined && !isListed(relation, event) && 'changed is about a unit that is in the relation',
  ],
  departed: (relation, event) => [
    (event.unit === undefined || isListed(relation, event)) && 'departed is about a unit that is no longer listed',
  ],
  broken: (relation, _event, meta) => [
    !isEmpty(relation) && 'no unit is left when a relation breaks',
    meta.endpoints[relation.endpoint]?.role === 'peer' && 'a peer relation never breaks',
  ],
};

function checkRelationEvent(meta: CharmMeta, relation: RelationState, event: RelationTestEvent): string[] {
  const reasons = [
    ...RULES[event.step](relation, event, meta),
    event.unit !== undefined && hasNoUnit(event) && `${event.step} is about no unit`,
    event.departing !== undefined && event.step !== 'departed' && 'a unit departs in departed only',
  ];
  return reasons.filter((reason) => reason !== false);
}
