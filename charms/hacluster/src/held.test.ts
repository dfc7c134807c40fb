import assert from 'node:assert/strict';

import {getProperty, pacemakerPort, parseCibXml, type Cib, type ClusterReading} from '#cluster';
import {emptyClusterState, runClusterCommand} from '#cluster/memory';
import {EMPTY_HA_REQUEST, renderHaRequest} from '#openstack';

import {
  createHa,
  createHanode,
  createRemotes,
  createScene,
  getRemoteData,
  NODE,
  runScene,
  type Scene,
  type SceneOptions,
} from './charm.fixture.ts';
import {LOSSES_SET, planLosses, readLosses, type Loss} from './losses.ts';

const REMOTES = ['frank-colt', 'model-crow', 'tidy-goose'];
const LOST: SceneOptions = {lost: REMOTES};
/** They do not answer, and the cluster does not take them for lost. */
const OFF: SceneOptions = {silent: REMOTES};
const TIME = Date.parse('2026-01-01T00:00:00Z');

/** What the fencing device leaves on record when all three are lost at once. */
const LOSSES: readonly Loss[] = REMOTES.map((node, index) => ({
  node,
  state: index === 0 ? 'fencing' : 'held',
  since: TIME + index * 1000,
}));

/** What the device leaves of a remote that was released once it has seen it off. */
function toOff(loss: Loss): Loss {
  return loss.state === 'fencing' ? loss : {...loss, state: 'off'};
}

const relations = [
  createHanode(),
  createHa(renderHaRequest(EMPTY_HA_REQUEST)),
  createRemotes(
    Object.fromEntries(
      REMOTES.map((name, index) => [`pacemaker-remote/${index}`, getRemoteData(name, `10.0.0.16${index}`, true)]),
    ),
  ),
];

const config = {
  cluster_count: 1,
  maas_url: 'http://10.0.0.205/MAAS',
  maas_credentials: 'consumer:token-of-maas:secret-of-maas',
};

async function settle(options: SceneOptions = {}, from = createScene({config, relations})): Promise<Scene> {
  const {scene} = await runScene(from, undefined, options);
  return (await runScene(scene, undefined, options)).scene;
}

function getCib({cluster}: Scene): Cib {
  return parseCibXml(cluster.cibs[NODE] ?? '');
}

/** A scene in which the device has noted these. */
async function withLosses(scene: Scene, losses: readonly Loss[]): Promise<Scene> {
  const {files} = scene.unit.host;
  const member = {
    name: NODE,
    addresses: ['10.0.0.20'],
    corosyncConf: files['/etc/corosync/corosync.conf']?.content ?? null,
    corosyncKey: files['/etc/corosync/authkey']?.content ?? null,
    pacemakerKey: files['/etc/pacemaker/authkey']?.content ?? null,
    isClusterRunning: true,
    isRemoteRunning: false,
  };
  let {cluster} = scene;
  const port = pacemakerPort((program, args, options) => {
    const world = {hosts: [member], state: cluster, host: NODE, now: '2026-01-01T00:00:00.000Z'};
    const {state, ...result} = runClusterCommand(program, args, options ?? {}, world);
    cluster = state;
    return Promise.resolve(result);
  });
  const cib = getCib(scene);
  const change = planLosses(cib, losses);
  assert.ok(change !== null);
  assert.equal(await port.apply(change, cib), 'applied');
  return {...scene, cluster};
}

function getStatus({unit}: Scene): string {
  return `${unit.status.status}: ${unit.status.message}`;
}

async function act(
  scene: Scene,
  action: 'fence-held' | 'stand-down',
  params: Readonly<Record<string, unknown>>,
  options = LOST,
): Promise<{readonly scene: Scene; readonly outcome: unknown; readonly ordered: readonly string[]}> {
  const {scene: after, result} = await runScene(scene, {action, params}, options);
  const ordered = result.programs.flatMap(([program, ...args]) =>
    program === 'stonith_admin' ? [args.join(' ')] : [],
  );
  return {scene: after, outcome: result.action?.failure ?? result.action?.results, ordered};
}

describe('more remotes lost at once than the share', () => {
  it('have the policy on the member, which the device reads', async () => {
    const path = '/etc/hacluster/fencing-policy.json';
    const scene = await settle();
    assert.equal(scene.unit.host.files[path]?.content, '{"share":50,"window":600}\n');
    const changed = {...scene, unit: {...scene.unit, config: {...config, 'fencing-share': 34, 'fencing-window': 60}}};
    const {unit} = await settle({}, changed);
    assert.equal(unit.host.files[path]?.content, '{"share":34,"window":60}\n');
    const bare = await settle({}, createScene({relations: [createHanode()]}));
    assert.equal(bare.unit.host.files[path], undefined);
  });

  it('need a share and a window that can be one', async () => {
    for (const [option, value, message] of [
      ['fencing-share', 101, 'option fencing-share must be 0 to 100'],
      ['fencing-share', -1, 'option fencing-share must be 0 to 100'],
      ['fencing-window', 59, 'option fencing-window must be 60 or more'],
    ] as const) {
      const scene = await settle({}, createScene({config: {...config, [option]: value}, relations}));
      assert.ok(getStatus(scene).startsWith(`blocked: ${message}`), getStatus(scene));
    }
  });

  it('are in the status while they are held, at no more processes, and the record stays', async () => {
    const scene = await withLosses(await settle(), LOSSES);
    const {scene: after, result} = await runScene(scene, {hook: 'update-status'}, LOST);
    assert.equal(
      getStatus(after),
      'blocked: fencing held: model-crow tidy-goose lost within 10 min of frank-colt, more than fencing-share 50%; run action ' +
        'fence-held or stand-down',
    );
    assert.deepEqual(
      result.programs.filter(([program = '']) => /^(?:cibadmin|crm|stonith)/.test(program)).map(([program]) => program),
      ['cibadmin', 'crm_mon'],
    );
    assert.deepEqual(readLosses(getCib(after)), LOSSES);
    assert.equal(getProperty(getCib(after), 'concurrent-fencing'), 'true');
  });

  it('are forgotten by the leader once they are back, the fenced when its window is over, and leave nothing', async () => {
    const scene = await withLosses(await settle(), LOSSES);
    const {scene: some} = await runScene(scene, {hook: 'update-status'}, {lost: ['tidy-goose']});
    assert.deepEqual(
      readLosses(getCib(some)).map(({node}) => node),
      ['tidy-goose'],
    );
    const {scene: back} = await runScene(some, {hook: 'update-status'});
    assert.equal(getStatus(back), 'active: Unit is ready and clustered');
    assert.ok(getCib(back).properties.every(({id}) => id !== LOSSES_SET));
  });

  it('are one more as long as one that was fenced and is back counts, which nobody waits for and no hook writes again', async () => {
    const since = Date.now();
    const scene = await withLosses(
      await settle(),
      LOSSES.map((loss) => ({...loss, since})),
    );
    const {scene: back} = await runScene(scene, {hook: 'update-status'});
    assert.equal(getStatus(back), 'active: Unit is ready and clustered');
    assert.deepEqual(readLosses(getCib(back)), [{node: 'frank-colt', state: 'fencing', since}]);
    assert.deepEqual(getCib((await runScene(back, {hook: 'update-status'})).scene), getCib(back));
  });

  it('are fenced when the operator says so, by name or all, as often as he says it', async () => {
    const scene = await withLosses(await settle(), LOSSES);
    const one = await act(scene, 'fence-held', {node: 'tidy-goose'});
    assert.deepEqual([one.outcome, one.ordered], [{result: 'success', fenced: 'tidy-goose'}, ['--reboot tidy-goose']]);
    assert.deepEqual(
      readLosses(getCib(one.scene)).map(({state}) => state),
      ['fencing', 'held', 'released'],
    );
    const all = await act(one.scene, 'fence-held', {all: true});
    const again = await act(all.scene, 'fence-held', {all: true});
    assert.deepEqual(again.outcome, {result: 'success', fenced: 'model-crow tidy-goose'});
    assert.deepEqual(again.ordered, ['--reboot model-crow', '--reboot tidy-goose']);
    const {scene: after} = await runScene(again.scene, {hook: 'update-status'}, LOST);
    assert.equal(getStatus(after), 'waiting: for model-crow tidy-goose to be fenced, as fence-held said');
    const {scene: off} = await runScene(await withLosses(after, LOSSES.map(toOff)), {hook: 'update-status'}, OFF);
    assert.deepEqual(
      readLosses(getCib(off)).map(({node}) => node),
      ['frank-colt'],
    );
  });

  it('are fenced also where all members have been restarted meanwhile, so that none remembers that they are to be', async () => {
    const scene = await withLosses(await settle(), LOSSES);
    const {scene: before} = await runScene(scene, {hook: 'update-status'}, OFF);
    assert.match(getStatus(before), /^blocked: fencing held: model-crow tidy-goose /);
    const one = await act(before, 'fence-held', {node: 'tidy-goose'}, OFF);
    assert.deepEqual([one.outcome, one.ordered], [{result: 'success', fenced: 'tidy-goose'}, ['--reboot tidy-goose']]);
    // The device is not modelled: a run that was cut short would leave the same.
    const {scene: after} = await runScene(one.scene, {hook: 'update-status'}, OFF);
    assert.deepEqual(
      readLosses(getCib(after)).map(({state}) => state),
      ['fencing', 'held', 'released'],
    );
    const all = await act(after, 'fence-held', {all: true}, OFF);
    assert.deepEqual(all.ordered, ['--reboot model-crow', '--reboot tidy-goose']);
    assert.equal((await act(all.scene, 'fence-held', {all: true}, {})).outcome, 'no remote is held back');
  });

  it('are those too that stand behind one that is held, of which the device has not heard: named, released, confirmed', async () => {
    const scene = await withLosses(await settle(), LOSSES.slice(0, 2));
    const {scene: before} = await runScene(scene, {hook: 'update-status'}, LOST);
    assert.match(getStatus(before), /^blocked: fencing held: model-crow tidy-goose lost within 10 min of frank-colt, /);
    const one = await act(before, 'fence-held', {node: 'tidy-goose'});
    assert.deepEqual(one.ordered, ['--reboot tidy-goose']);
    assert.deepEqual(
      readLosses(getCib(one.scene)).map(({node, state}) => `${node} ${state}`),
      ['frank-colt fencing', 'model-crow held', 'tidy-goose released'],
    );
    assert.deepEqual((await act(before, 'stand-down', {node: 'tidy-goose'})).ordered, ['--confirm tidy-goose']);
    const nobody = await withLosses(await settle(), LOSSES.slice(0, 1));
    assert.equal((await act(nobody, 'fence-held', {all: true})).outcome, 'no remote is held back');
  });

  it('stay released, and the action says why, when their fencing fails', async () => {
    const scene = await withLosses(await settle(), LOSSES);
    const failing = await act(scene, 'fence-held', {all: true}, {...OFF, failsToFence: ['model-crow']});
    assert.deepEqual(failing.ordered, [...Array<string>(3).fill('--reboot model-crow'), '--reboot tidy-goose']);
    assert.equal(
      failing.outcome,
      'released: model-crow tidy-goose, but stonith_admin --reboot model-crow failed with status 1: No route to host; run fence-held ' +
        'again when MAAS works',
    );
    const {scene: after} = await runScene(failing.scene, {hook: 'update-status'}, OFF);
    assert.equal(getStatus(after), 'waiting: for model-crow tidy-goose to be fenced, as fence-held said');
  });

  it('are confirmed to be no danger when the operator stands down', async () => {
    const scene = await withLosses(await settle(), LOSSES);
    const one = await act(scene, 'stand-down', {node: 'model-crow'});
    assert.deepEqual(
      [one.outcome, one.ordered],
      [{result: 'success', 'stood-down': 'model-crow'}, ['--confirm model-crow']],
    );
    assert.deepEqual(
      readLosses(getCib(one.scene)).map(({node}) => node),
      ['frank-colt', 'tidy-goose'],
    );
    // Pacemaker takes nobody for UNCLEAN who was confirmed.
    const rest: SceneOptions = {lost: ['frank-colt', 'tidy-goose']};
    const again = await act(one.scene, 'stand-down', {node: 'model-crow'}, rest);
    assert.deepEqual([again.outcome, again.ordered], ['"model-crow" is not held back; held are: tidy-goose', []]);
    const last = await act(again.scene, 'stand-down', {all: true}, rest);
    assert.deepEqual(last.ordered, ['--confirm tidy-goose']);
    assert.equal((await act(last.scene, 'stand-down', {all: true}, rest)).outcome, 'no remote is held back');
  });

  it('must be named, and nobody else is touched', async () => {
    const scene = await withLosses(await settle(), LOSSES);
    const held = 'held are: model-crow tidy-goose';
    for (const [params, failure] of [
      [{}, `say who: node=NAME, or all=true; ${held}`],
      [{node: 'tidy-goose', all: true}, `say who: node=NAME, or all=true; ${held}`],
      [{node: 'tidy-goose,frank-colt'}, `"frank-colt" is not held back; ${held}`],
      [{node: '--version'}, `"--version" is not held back; ${held}`],
      [{node: NODE}, `"${NODE}" is not held back; ${held}`],
    ] as const) {
      for (const action of ['fence-held', 'stand-down'] as const) {
        const {outcome, ordered, scene: after} = await act(scene, action, params);
        assert.deepEqual([outcome, ordered], [failure, []]);
        assert.deepEqual(readLosses(getCib(after)), LOSSES);
      }
    }
    const alive = await runScene(scene, {action: 'stand-down', params: {node: 'tidy-goose'}});
    assert.equal(alive.result.action?.failure, '"tidy-goose" is not held back; no remote is');
  });

  it('fail the actions in one line when Pacemaker does not answer', async () => {
    const scene = createScene({relations: [createHanode()]});
    const reading: ClusterReading = {state: 'down', reason: 'the cluster does not run here'};
    assert.deepEqual(scene.cluster, emptyClusterState);
    for (const action of ['fence-held', 'stand-down'] as const) {
      assert.equal((await act(scene, action, {all: true})).outcome, `Pacemaker does not answer: ${reading.reason}`);
    }
  });
});
