import assert from 'node:assert/strict';

import fc from 'fast-check';

import {emptyCib, getProperty, makeAttributeSet, makePrimitive, type NodeState} from '#cluster';

import {
  DEFAULT_POLICY,
  forgetPastLosses,
  getAllowed,
  getMinutes,
  getWaiting,
  judge,
  LOSSES_SET,
  planLosses,
  readLosses,
  writeLosses,
  type FencingPolicy,
  type Loss,
} from './losses.ts';

const NAMES = ['frank-colt', 'keen-crab', 'model-crow', 'tidy-goose'];
const cib = {
  ...emptyCib,
  resources: NAMES.map((id) => makePrimitive({id, agent: 'ocf:pacemaker:remote'})),
};

/** When nothing that was noted at 0 counts any more. */
const LATER = {policy: DEFAULT_POLICY, now: 1_000_000};

const lossArbitrary = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.constantFrom('fencing' as const, 'held' as const, 'released' as const, 'off' as const),
    fc.integer({min: 0, max: 4e12}),
  )
  .map(([node, state, since]): Loss => ({node, state, since}));
const lossesArbitrary = fc.uniqueArray(lossArbitrary, {selector: ({node}) => node});

function getNode(name: string, state: Partial<NodeState>): NodeState {
  const flags = {standby: false, maintenance: false, pending: false, unclean: false, shutdown: false, online: false};
  return {name, id: name, type: 'remote', ...flags, ...state};
}

function getConnection(id: string): Parameters<typeof getWaiting>[0]['resources'][number] {
  const flags = {managed: true, failed: false, orphaned: false, blocked: false};
  return {id, agent: 'ocf:pacemaker:remote', role: 'Started', nodes: ['juju-1'], ...flags};
}

describe('the record of lost remotes', () => {
  it('says again what was put in, and leaves everything else of the configuration', () => {
    const given = {...cib, properties: [makeAttributeSet('cib-bootstrap-options', {'stonith-enabled': 'true'})]};
    fc.assert(
      fc.property(lossesArbitrary, (losses) => {
        const noted = writeLosses(given, losses);
        assert.deepEqual(readLosses(noted), losses);
        assert.equal(planLosses(noted, losses), null);
        assert.deepEqual(writeLosses(noted, []), given);
      }),
    );
  });

  it('has Pacemaker fence concurrently while somebody is held, so that nobody waits behind him', () => {
    const [node = ''] = NAMES;
    const getConcurrency = (state: Loss['state']): string | null =>
      getProperty(writeLosses(cib, [{node, state, since: 0}]), 'concurrent-fencing');
    assert.deepEqual(
      [getConcurrency('held'), getConcurrency('released'), getConcurrency('fencing')],
      ['true', 'true', null],
    );
  });

  it('passes over what it does not know', () => {
    const values = {
      'loss-of-a': 'dead 2026-01-01T00:00:00Z',
      'loss-of-b': 'held soon',
      other: 'held 2026-01-01T00:00:00Z',
    };
    assert.deepEqual(readLosses({...cib, properties: [makeAttributeSet(LOSSES_SET, values)]}), []);
    assert.deepEqual(readLosses(cib), []);
  });

  it('forgets nodes that are back, those that were released and seen off, once the cluster knows, and those that are no more', () => {
    const losses: Loss[] = [
      {node: 'frank-colt', state: 'fencing', since: 0},
      {node: 'keen-crab', state: 'held', since: 0},
      {node: 'model-crow', state: 'released', since: 0},
      {node: 'tidy-goose', state: 'off', since: 0},
      {node: 'gone-mule', state: 'held', since: 0},
    ];
    const noted = writeLosses(cib, losses);
    const dark = [
      getNode('frank-colt', {}),
      getNode('keen-crab', {unclean: true}),
      getNode('model-crow', {}),
      getNode('tidy-goose', {}),
    ];
    const unsure = [...dark.slice(0, 3), getNode('tidy-goose', {unclean: true})];
    const names = (states: readonly NodeState[], back: readonly string[]): readonly string[] =>
      readLosses(forgetPastLosses(noted, {nodes: states, resources: back.map(getConnection)}, LATER)).map(
        ({node}) => node,
      );
    assert.deepEqual(names(dark, []), ['frank-colt', 'keen-crab', 'model-crow']);
    assert.deepEqual(names(unsure, []), ['frank-colt', 'keen-crab', 'model-crow', 'tidy-goose']);
    assert.deepEqual(
      getWaiting({cib: noted, nodes: dark, resources: []}).map(({node}) => node),
      ['keen-crab', 'model-crow'],
    );
    const light = NAMES.map((name) => getNode(name, {online: true}));
    assert.deepEqual(names(light, NAMES), []);
    assert.deepEqual(names(light, ['keen-crab']), ['frank-colt', 'model-crow'], 'who is only being tried is not back');
    assert.equal(forgetPastLosses(cib, {nodes: light, resources: []}, LATER), cib);
  });
});

describe('a remote that is back', () => {
  const light = {nodes: NAMES.map((name) => getNode(name, {online: true})), resources: NAMES.map(getConnection)};
  const policy: FencingPolicy = {share: 50, window: 600};

  it('counts on, unchanged on record, until its window is over, unless it was held or an operator has released it', () => {
    const states = ['fencing', 'held', 'released', 'off'] as const;
    const noted = writeLosses(
      cib,
      states.map((state, index): Loss => ({node: NAMES[index] ?? '', state, since: 0})),
    );
    const soon = forgetPastLosses(noted, light, {policy, now: 600_000});
    assert.deepEqual(readLosses(soon), [{node: 'frank-colt', state: 'fencing', since: 0}]);
    assert.equal(forgetPastLosses(soon, light, {policy, now: 650_000}), soon);
    assert.deepEqual(getWaiting({cib: soon, ...light}), []);
    assert.deepEqual(readLosses(forgetPastLosses(soon, light, {policy, now: 661_000})), []);
  });

  it('counts once, however often it is fenced in that time', () => {
    const remotes = NAMES;
    const [first = '', second = '', third = ''] = NAMES;
    let losses: readonly Loss[] = [];
    for (const [now, node, verdict] of [
      [0, first, 'fence'],
      [120_000, first, 'fence'],
      [240_000, first, 'fence'],
      [300_000, second, 'fence'],
      [360_000, third, 'hold'],
    ] as const) {
      const judgement = judge({losses, node, remotes, policy, now});
      assert.equal(judgement.verdict, verdict);
      losses = readLosses(forgetPastLosses(writeLosses(cib, judgement.losses), light, {policy, now}));
    }
  });
});

describe('the share of remotes that may be fenced', () => {
  it('is rounded down, and always one', () => {
    const share = (percent: number, count: number): number => getAllowed({share: percent, window: 600}, count);
    assert.deepEqual(
      [share(50, 1), share(50, 3), share(50, 4), share(50, 9), share(0, 9), share(100, 3)],
      [1, 1, 2, 4, 1, 3],
    );
    assert.deepEqual([getMinutes(600), getMinutes(90)], ['10 min', '1.5 min']);
  });

  const event = fc.record({
    act: fc.constantFrom('order', 'return', 'hook'),
    node: fc.constantFrom(...NAMES),
    after: fc.oneof(fc.nat(400_000), fc.nat(120_000)),
  });

  it('is kept within any window, also by nodes that are tried again and again, and by those that come back meanwhile', () => {
    fc.assert(
      fc.property(fc.array(event, {maxLength: 80}), fc.integer({min: 0, max: 100}), (events, share) => {
        const policy: FencingPolicy = {share, window: 600};
        let losses: readonly Loss[] = [];
        let now = 1_000_000;
        const lost = new Set<string>();
        const granted: {readonly node: string; readonly at: number}[] = [];
        for (const {act, node, after} of events) {
          now += after;
          if (act === 'return') lost.delete(node);
          if (act === 'hook') {
            const nodes = NAMES.map((name) => getNode(name, {online: !lost.has(name), unclean: lost.has(name)}));
            const resources = NAMES.filter((name) => !lost.has(name)).map(getConnection);
            losses = readLosses(forgetPastLosses(writeLosses(cib, losses), {nodes, resources}, {policy, now}));
          }
          if (act !== 'order') continue;
          lost.add(node);
          const judgement = judge({losses, node, remotes: NAMES, policy, now});
          losses = judgement.losses;
          if (judgement.verdict === 'fence') granted.push({node, at: now});
        }
        for (const {at} of granted) {
          const within = granted.filter((other) => other.at >= at && other.at - at <= policy.window * 1000);
          assert.ok(new Set(within.map(({node}) => node)).size <= getAllowed(policy, NAMES.length));
        }
      }),
    );
  });

  it('always lets a single one be fenced, and the next once the window has passed', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(NAMES), fc.integer({min: 0, max: 100}), (order, share) => {
        let losses: readonly Loss[] = [];
        order.forEach((node, index) => {
          const judgement = judge({losses, node, remotes: NAMES, policy: {share, window: 600}, now: index * 700_000});
          losses = judgement.losses;
          assert.equal(judgement.verdict, 'fence');
        });
      }),
    );
  });

  it('holds who is held for as long as it takes, and nobody else with him once the window has passed', () => {
    const policy: FencingPolicy = {share: 50, window: 600};
    const remotes = NAMES.slice(0, 3);
    const [first = '', second = '', third = ''] = remotes;
    const one = judge({losses: [], node: first, remotes, policy, now: 0});
    const two = judge({losses: one.losses, node: second, remotes, policy, now: 1000});
    assert.deepEqual([one.verdict, two.verdict, two.others], ['fence', 'hold', [first]]);
    const later = judge({losses: two.losses, node: second, remotes, policy, now: 9_000_000});
    assert.equal(later.verdict, 'hold');
    assert.equal(later.losses, two.losses, 'nothing is written for who is held already');
    assert.equal(judge({losses: two.losses, node: third, remotes, policy, now: 9_000_000}).verdict, 'fence');
    assert.equal(judge({losses: two.losses, node: first, remotes, policy, now: 30_000}).losses, two.losses);
    for (const state of ['released', 'off'] as const) {
      const losses = two.losses.map((loss) => ({...loss, state}));
      assert.equal(judge({losses, node: second, remotes, policy, now: 2000}).verdict, 'fence');
    }
  });
});
