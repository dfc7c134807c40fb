import assert from 'node:assert/strict';
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

import {createProcesses} from '#charm';

import type {CharmResult} from '../../cloud.ts';
import {addFixtureApplication, createFixture} from '../../uniter/world.fixture.ts';
import type {CharmState, MachineState, UnitState} from '../../model/state.ts';
import {createFolderRoom} from './room.fixture.ts';
import {UnitAgents} from './unit-agents.ts';

interface Stage {
  readonly folder: string;
  readonly room: Awaited<ReturnType<typeof createFolderRoom>>;
  readonly agents: UnitAgents;
  readonly unit: UnitState;
  readonly machine: MachineState;
  readonly charm: CharmState;
  readonly lines: string[];
  /** Makes a charm of the store, and has the unit use it. */
  put(name: string, files: Readonly<Record<string, string>>): Promise<CharmState>;
  run(charm: CharmState, path?: string): Promise<CharmResult>;
}

async function createStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'juju-local-agents-'));
  const {world} = createFixture();
  await addFixtureApplication({world, hooks: [], programs: {}}, 'app', {units: 1});
  const unit = world.model.units['app/0']!;
  const machine = world.model.machines['0']!;
  const charm = world.model.charms[unit.charm]!;
  const room = await createFolderRoom(folder);
  const roots = {juju: join(folder, '0'), charms: join(folder, 'charms')};
  const agents = new UnitAgents({room, roots});
  const lines: string[] = [];
  const put: Stage['put'] = async (name, files) => {
    for (const [path, text] of Object.entries({'metadata.yaml': 'name: app', ...files})) {
      const target = join(roots.charms, name, path);
      await mkdir(dirname(target), {recursive: true});
      await writeFile(target, text);
      await chmod(target, text.startsWith('#!') ? 0o755 : 0o644);
    }
    return {...charm, folder: join(roots.charms, name)};
  };
  const run: Stage['run'] = (wanted, path = 'hooks/install') => {
    const {socket} = agents.getAgentPlaces(unit);
    const environment = {
      PATH: `${join(roots.juju, 'tools', 'unit-app-0')}:/usr/bin:/bin`,
      JUJU_DISPATCH_PATH: path,
      JUJU_CONTEXT_ID: 'app/0-install-1',
      JUJU_AGENT_SOCKET_ADDRESS: socket,
      JUJU_AGENT_SOCKET_NETWORK: 'unix',
      JUJU_UNIT_NAME: 'app/0',
    };
    return agents.runCharm({
      unit,
      machine,
      charm: wanted,
      environment,
      tools: (tool) => Promise.resolve({exitCode: 0, stdout: `answer of ${tool}\n`, stderr: ''}),
      log: (stream, line) => lines.push(`${stream} ${line}`),
    });
  };
  return {folder, room, agents, unit, machine, charm, lines, put, run};
}

describe('the agent of a unit on a machine', () => {
  let stage: Stage;

  before(async function () {
    if ((await createProcesses().run('perl', ['-e', '1'])).exitCode !== 0) this.skip();
  });

  beforeEach(async () => {
    stage = await createStage();
  });

  afterEach(() => rm(stage.folder, {recursive: true, force: true}));

  it('runs dispatch for everything, in the folder of the charm, and tells its lines', async () => {
    const charm = await stage.put('app-1', {
      dispatch: '#!/bin/sh\npwd\necho "$JUJU_DISPATCH_PATH" >&2\nconfig-get\nexit 3\n',
      'hooks/install': '#!/bin/sh\nexit 0\n',
    });
    assert.deepEqual(await stage.run(charm), {exitCode: 3, errors: [], via: 'dispatch'});
    assert.deepEqual(stage.lines.sort(), [
      'stderr hooks/install',
      `stdout ${stage.agents.getAgentPlaces(stage.unit).charmFolder}`,
      'stdout answer of config-get',
    ]);
  });

  it('runs the file of a hook where there is no dispatch, and nothing where there is none', async () => {
    const charm = await stage.put('app-1', {'hooks/install': '#!/bin/sh\necho here\n', 'hooks/stop': 'text'});
    assert.deepEqual(await stage.run(charm), {exitCode: 0, errors: [], via: 'script'});
    assert.deepEqual(await stage.run(charm, 'hooks/start'), {exitCode: 0, errors: [], via: 'nothing'});
    const {exitCode, reason} = await stage.run(charm, 'hooks/stop');
    assert.equal(exitCode, 1);
    assert.match(reason ?? '', /^fork\/exec \/.*\/charm\/hooks\/stop: permission denied$/);
  });

  it('says that a charm is missing from disk', async () => {
    const charm = await stage.put('app-1', {dispatch: '#!/bin/sh\n'});
    await rm(join(charm.folder, 'metadata.yaml'));
    assert.equal((await stage.run(charm)).reason, 'charm missing from disk');
  });

  it('gives the signal that ended a hook in the words of Juju', async () => {
    const charm = await stage.put('app-1', {dispatch: '#!/bin/sh\nkill -9 $$\n'});
    assert.equal((await stage.run(charm)).reason, 'signal: killed');
  });

  it('does not wait for what a hook leaves running', async () => {
    const charm = await stage.put('app-1', {dispatch: '#!/bin/sh\necho before\nsleep 20 &\n'});
    const result = await stage.run(charm);
    assert.deepEqual([result.exitCode, stage.lines], [0, ['stdout before']]);
  }).timeout(15_000);

  it('gives an upgraded charm all its files, and keeps those that the unit made', async () => {
    const first = await stage.put('app-1', {dispatch: '#!/bin/sh\n', data: 'one', old: 'old', 'deep/data': 'one'});
    await stage.run(first);
    const upper = join(stage.folder, '0', 'agents', 'unit-app-0', 'overlay', 'upper');
    await mkdir(join(upper, 'deep'));
    for (const [name, text] of [
      ['data', 'changed'],
      ['deep/data', 'changed'],
      ['deep/own', 'own'],
      ['old', 'changed'],
    ]) {
      await writeFile(join(upper, name!), text!);
    }
    const script = '#!/bin/sh\ncat data deep/data deep/own; test -e old || echo gone\n';
    const second = await stage.put('app-2', {dispatch: script, data: 'two\n', 'deep/data': 'two\n'});
    await stage.run(second, 'hooks/upgrade-charm');
    assert.deepEqual(stage.lines, ['stdout two', 'stdout two', 'stdout owngone']);
  });

  it('ends what ran when the controller was killed before anything else runs on the machine', async () => {
    const charm = await stage.put('app-1', {dispatch: '#!/bin/sh\n'});
    const agent = join(stage.folder, '0', 'agents', 'unit-other-3');
    await mkdir(agent, {recursive: true});
    await writeFile(join(agent, 'running'), 'other/3-start-7');
    await stage.run(charm);
    assert.deepEqual(stage.room.killed, ['0 other/3-start-7']);
    assert.deepEqual(await readdir(agent), []);
  });

  it('ends that too before it takes a unit’s agent away, which may run no hook any more', async () => {
    const agent = join(stage.folder, '0', 'agents', 'unit-app-0');
    await mkdir(agent, {recursive: true});
    await writeFile(join(agent, 'running'), 'app/0-start-7');
    await stage.agents.remove(stage.unit);
    assert.deepEqual(stage.room.killed, ['0 app/0-start-7']);
    assert.deepEqual(await readdir(join(stage.folder, '0', 'agents')), []);
  });

  it('says what runs while it runs, and ends that when it is closed', async () => {
    const charm = await stage.put('app-1', {
      dispatch: '#!/bin/sh\necho up\nwhile [ ! -e stop ]; do sleep 0.05; done\n',
    });
    const running = stage.run(charm);
    const folder = join(stage.folder, '0', 'agents', 'unit-app-0');
    while (stage.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await readFile(join(folder, 'running'), 'utf8'), 'app/0-install-1');
    await stage.agents.close();
    assert.deepEqual(stage.room.killed, ['0 app/0-install-1']);
    await writeFile(join(folder, 'charm', 'stop'), '');
    await running;
    assert.ok(!(await readdir(folder)).includes('running'));
  });

  it('ends what runs for a unit, and nothing of the other units', async () => {
    const charm = await stage.put('app-1', {
      dispatch: '#!/bin/sh\necho up\nwhile [ ! -e stop ]; do sleep 0.05; done\n',
    });
    const running = stage.run(charm);
    while (stage.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await stage.agents.endHooks({name: 'app/1'});
    assert.deepEqual(stage.room.killed, []);
    await stage.agents.endHooks(stage.unit);
    assert.deepEqual(stage.room.killed, ['0 app/0-install-1']);
    await writeFile(join(stage.folder, '0', 'agents', 'unit-app-0', 'charm', 'stop'), '');
    await running;
    await stage.agents.endHooks(stage.unit);
    assert.equal(stage.room.killed.length, 1);
  });

  it('leaves nothing of a unit behind its last hook', async () => {
    const charm = await stage.put('app-1', {dispatch: '#!/bin/sh\n'});
    await stage.run(charm);
    await stage.agents.remove(stage.unit);
    assert.deepEqual(await readdir(join(stage.folder, '0', 'agents')), []);
    assert.deepEqual(await readdir(join(stage.folder, '0', 'tools')), ['hook-tool']);
  });

  it('runs a command line in a shell, several words as they are, and the tools of a unit beside them', async () => {
    const charm = await stage.put('app-1', {dispatch: '#!/bin/sh\n'});
    await stage.run(charm);
    const line = await stage.agents.exec(stage.machine, ['echo a | tr a b']);
    assert.equal(line.stdout, 'b\n');
    assert.equal((await stage.agents.exec(stage.machine, ['echo', 'a | b'])).stdout, 'a | b\n');
    const environment = {
      PATH: `${join(stage.folder, '0', 'tools', 'unit-app-0')}:/usr/bin:/bin`,
      JUJU_UNIT_NAME: 'app/0',
      JUJU_CONTEXT_ID: 'app/0-run-2',
      JUJU_AGENT_SOCKET_ADDRESS: stage.agents.getAgentPlaces(stage.unit).socket,
      JUJU_AGENT_SOCKET_NETWORK: 'unix',
    };
    const hook = {environment, tools: () => Promise.resolve({exitCode: 0, stdout: 'True\n', stderr: ''})};
    assert.equal((await stage.agents.exec(stage.machine, ['is-leader'], hook)).stdout, 'True\n');
  });
});
