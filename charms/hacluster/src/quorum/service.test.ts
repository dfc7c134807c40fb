import assert from 'node:assert/strict';

import {createHa, createHanode, createScene, runScene, type Scene} from '../charm.fixture.ts';
import {EMPTY_HA_REQUEST, renderHaRequest} from '#openstack';

import {HELD_MARK} from './paths.ts';

const WATCH = 'hacluster-quorum';
const UNIT_FILE = `/etc/systemd/system/${WATCH}.service`;

const request = renderHaRequest({
  ...EMPTY_HA_REQUEST,
  resources: {res_masakari_321f78b_vip: 'ocf:heartbeat:IPaddr2'},
  resourceParams: {res_masakari_321f78b_vip: '  params ip="10.0.0.236"'},
});

async function settle(config: Readonly<Record<string, string | number | boolean>> = {}): Promise<Scene> {
  const scene = createScene({config: {cluster_count: 1, ...config}, relations: [createHanode(), createHa(request)]});
  return (await runScene((await runScene(scene)).scene)).scene;
}

/** A member whose watch has stopped its daemons. */
function hold(scene: Scene): Scene {
  const {host} = scene.unit;
  const stopped = Object.fromEntries(
    ['corosync', 'pacemaker'].map((name) => [name, {...host.services[name]!, isRunning: false}]),
  );
  const mark = {...host.files[UNIT_FILE]!, content: '90000'};
  const files = {...host.files, [HELD_MARK]: mark};
  return {...scene, unit: {...scene.unit, host: {...host, files, services: {...host.services, ...stopped}}}};
}

function isRunning({unit}: Scene, name: string): boolean | undefined {
  return unit.host.services[name]?.isRunning;
}

function withConfig(scene: Scene, config: Readonly<Record<string, string | boolean>>): Scene {
  return {...scene, unit: {...scene.unit, config: {...scene.unit.config, ...config}}};
}

describe('the service of the watch on quorum', () => {
  it('runs on every member, and starts at boot', async () => {
    const {unit} = await settle();
    assert.deepEqual(unit.host.services[WATCH], {isEnabled: true, isRunning: true, starts: 1});
    const [, launcher = ''] = /^ExecStart=(.*)$/m.exec(unit.host.files[UNIT_FILE]?.content ?? '') ?? [];
    const [, runtime = '', program = ''] =
      /^exec (\S+) (\S+) "\$@"$/m.exec(unit.host.files[launcher]?.content ?? '') ?? [];
    assert.equal(unit.host.files[runtime]?.content, 'bin/node of the charm\n');
    assert.equal(unit.host.files[program]?.content, 'programs/quorum-watch.mjs of the charm\n');
  });

  it('is not there before there is a cluster', async () => {
    const scene = await settle({cluster_count: 3});
    assert.notEqual(isRunning(scene, WATCH), true);
  });

  it('stops where the operator has chosen that a part without quorum goes on, or that Pacemaker leaves all alone', async () => {
    for (const config of [
      {no_quorum_policy: 'ignore'},
      {no_quorum_policy: 'freeze'},
      {no_quorum_policy: 'suicide'},
      {'maintenance-mode': true},
    ]) {
      const {scene} = await runScene(withConfig(await settle(), config));
      assert.equal(isRunning(scene, WATCH), false, JSON.stringify(config));
      assert.equal(isRunning(scene, 'pacemaker'), true);
    }
  });

  it('keeps hooks from starting the daemons of a member that has left the ring, and its status says so', async () => {
    const {scene, result} = await runScene(hold(await settle()), {hook: 'update-status'});
    assert.deepEqual([isRunning(scene, 'corosync'), isRunning(scene, 'pacemaker')], [false, false]);
    assert.deepEqual([result.effects, result.relationWrites], [[], []]);
    assert.equal(scene.unit.status.message, 'the ring had no quorum here: Pacemaker starts when it has');
  });

  it('holds nothing back once there is to be no watch', async () => {
    const {scene} = await runScene(withConfig(hold(await settle()), {no_quorum_policy: 'ignore'}));
    assert.deepEqual([isRunning(scene, 'corosync'), isRunning(scene, 'pacemaker')], [true, true]);
  });

  it('goes with the unit, and leaves nothing', async () => {
    const {scene} = await runScene(hold(await settle()), {hook: 'stop'});
    assert.deepEqual(scene.unit.host.services[WATCH], {isEnabled: false, isRunning: false, starts: 1});
    assert.deepEqual(
      Object.keys(scene.unit.host.files).filter((path) => path === HELD_MARK || path.includes('quorum')),
      [],
    );
  });
});
