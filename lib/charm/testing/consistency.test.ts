import assert from 'node:assert/strict';

import {createDb, createTinyState, META} from '../tiny.fixture.ts';
import {checkConsistency, InconsistentStateError} from './consistency.ts';
import {createUnitState} from './run.ts';
import type {CharmMeta, RelationState, TestEvent, UnitState} from './state.ts';

const NETWORK = {bindAddresses: [], ingressAddresses: [], egressSubnets: []};
const PEER: RelationState = {endpoint: 'peers', id: 2, remoteApplication: 'tiny', units: {}};
const SUBORDINATE: CharmMeta = {...META, subordinate: true};
const HOOK: TestEvent = {hook: 'update-status'};
const withDb = (given: Partial<RelationState> = {}): UnitState =>
  createTinyState({relations: [createDb({'mysql/0': {}}, given)]});
const alone = createTinyState({relations: [createDb()]});

type Row = readonly [rule: string, state: UnitState, event: TestEvent, reason: RegExp, meta?: CharmMeta];

const DATA = {id: 'data/0', location: '/srv/data', kind: 'filesystem'} as const;

const ROWS: readonly Row[] = [
  ['a unit without a number', createUnitState({unit: 'tiny'}), HOOK, /"tiny" is not a unit's name/],
  ['a subordinate without its principal', createTinyState(), HOOK, /has a principal unit/, SUBORDINATE],
  ['a principal with a principal', createTinyState({principalUnit: 'nova/0'}), HOOK, /has no principal unit/],
  ['a network of an unknown binding', createTinyState({networks: {none: NETWORK}}), HOOK, /network "none"/],
  ['an unknown storage', createTinyState({storage: {none: []}}), HOOK, /no storage "none"/],
  [
    'a storage of another store',
    createTinyState({storage: {data: [{...DATA, id: 'log/0'}]}}),
    HOOK,
    /no storage of "data"/,
  ],
  ['a storage hook without it', createTinyState(), {hook: 'data-storage-attached'}, /storage that the unit has/],
  [
    'two relations with one id',
    createTinyState({relations: [createDb(), createDb()]}),
    HOOK,
    /two relations have the id 1/,
  ],
  ['a relation of an unknown endpoint', withDb({endpoint: 'none'}), HOOK, /no endpoint "none"/],
  ['a unit of another application', withDb({remoteApplication: 'maria'}), HOOK, /mysql\/0 is not a unit of maria/],
  [
    'peers of another application',
    createTinyState({relations: [{...PEER, remoteApplication: 'other'}]}),
    HOOK,
    /with the own application/,
  ],
  ['a relation with oneself', withDb({remoteApplication: 'tiny', units: {}}), HOOK, /only a peer relation/],
  [
    'a unit among its own peers',
    createTinyState({relations: [{...PEER, units: {'tiny/0': {}}}]}),
    HOOK,
    /not among its own peers/,
  ],
  [
    'two units in a container-scoped relation',
    withDb({endpoint: 'host', units: {'mysql/0': {}, 'mysql/1': {}}}),
    HOOK,
    /shows one unit at most/,
  ],
  ['an unknown option', createTinyState({config: {none: 1}}), HOOK, /no option "none"/],
  ['an int that is text', createTinyState({config: {port: '80'}}), HOOK, /"port" holds int, not string/],
  ['an int that is a fraction', createTinyState({config: {port: 1.5}}), HOOK, /"port" holds int, not a fraction/],
  ['a float that is text', createTinyState({config: {ratio: '1'}}), HOOK, /"ratio" holds float/],
  ['a boolean that is text', createTinyState({config: {debug: 'yes'}}), HOOK, /"debug" holds boolean/],
  ['a string that is a number', createTinyState({config: {key: 1}}), HOOK, /"key" holds string/],
  ['an unknown action', createTinyState(), {action: 'none'}, /no action "none"/],
  ['leader-elected on a follower', createTinyState(), {hook: 'leader-elected'}, /runs on the leader/],
  ['a hook that is none', createTinyState(), {hook: 'reboot'}, /"reboot" is no hook/],
  ['a relation hook without a relation', alone, {hook: 'db-relation-changed'}, /give its id and the step/],
  ['an event of an unknown relation', alone, {relation: 9, step: 'changed'}, /no relation has the id 9/],
  ['created with units in sight', withDb(), {relation: 1, step: 'created'}, /no unit is seen yet/],
  ['created about a unit', alone, {relation: 1, step: 'created', unit: 'mysql/0'}, /created is about no unit/],
  ['joined about nobody', withDb(), {relation: 1, step: 'joined'}, /joined is about a unit/],
  [
    'joined about a unit that is not there',
    withDb(),
    {relation: 1, step: 'joined', unit: 'mysql/1'},
    /joined is about a unit/,
  ],
  [
    'changed about a unit that is not there',
    withDb(),
    {relation: 1, step: 'changed', unit: 'mysql/1'},
    /changed is about a unit/,
  ],
  ['departed about nobody', withDb(), {relation: 1, step: 'departed'}, /no longer listed/],
  [
    'departed about a unit that is there',
    withDb(),
    {relation: 1, step: 'departed', unit: 'mysql/0'},
    /no longer listed/,
  ],
  [
    'a departing unit in another hook',
    withDb(),
    {relation: 1, step: 'changed', departing: 'mysql/0'},
    /in departed only/,
  ],
  ['broken with units in sight', withDb(), {relation: 1, step: 'broken'}, /no unit is left/],
  ['broken about a unit', alone, {relation: 1, step: 'broken', unit: 'mysql/0'}, /broken is about no unit/],
  [
    'broken among peers',
    createTinyState({relations: [PEER]}),
    {relation: 2, step: 'broken'},
    /a peer relation never breaks/,
  ],
];

describe('a state for a test', () => {
  for (const [rule, state, event, reason, meta = META] of ROWS) {
    it(`is refused with ${rule}`, () => {
      assert.throws(
        () => {
          checkConsistency(meta, state, event);
        },
        (error) => error instanceof InconsistentStateError && error.reasons.some((given) => reason.test(given)),
      );
    });
  }

  it('is refused with every reason at once', () => {
    const state = createTinyState({config: {none: 1, port: 'x'}, principalUnit: 'nova/0'});
    assert.throws(
      () => {
        checkConsistency(META, state, {action: 'none'});
      },
      (error) => error instanceof InconsistentStateError && error.reasons.length === 4 && error.message.includes('; '),
    );
  });

  const fine: readonly (readonly [string, UnitState, TestEvent, CharmMeta?])[] = [
    ['a hook of the unit', createTinyState({config: {port: 1, ratio: 0.5, debug: true, key: null}}), {hook: 'install'}],
    ['a hook of storage', createTinyState({storage: {data: [DATA]}}), {hook: 'data-storage-attached'}],
    ['a subordinate with its principal', createTinyState({principalUnit: 'nova/0'}), HOOK, SUBORDINATE],
    ['networks of endpoints and bindings', createTinyState({networks: {db: NETWORK, admin: NETWORK}}), HOOK],
    ['a unit that is there', withDb(), {relation: 1, step: 'joined', unit: 'mysql/0'}],
    ['application data that changed', withDb(), {relation: 1, step: 'changed'}],
    ['a unit that departed', withDb(), {relation: 1, step: 'departed', unit: 'mysql/1', departing: 'tiny/0'}],
    ['a relation that breaks', alone, {relation: 1, step: 'broken'}],
    ['an election', createTinyState({leader: true}), {hook: 'leader-elected'}],
    ['an action', createTinyState(), {action: 'ping'}],
  ];
  for (const [what, state, event, meta = META] of fine) {
    it(`is taken with ${what}`, () => {
      checkConsistency(meta, state, event);
    });
  }
});
