import assert from 'node:assert/strict';
import {mkdtemp, readdir, readFile, rm, stat, symlink} from 'node:fs/promises';
import {hostname, tmpdir, userInfo} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createProcesses} from '#charm';
import type {CommandResult} from '#charm';
import {createModel} from '#local';
import {installRuntime, packCharm} from '#pack';
import type {PackedCharm} from '#pack';
import {
  installHookTools,
  installMachine,
  networkAnswer,
  put,
  readBag,
  runHook,
  unpack,
  writeAgentState,
  writeFreshUnit,
} from './unit-agent/index.ts';
import type {AgentState, HookRun} from './unit-agent/index.ts';

const checkout = fileURLToPath(new URL('../', import.meta.url));

/** Puts the charm on a machine that has only what Ubuntu has: outside the checkout, with our programs for Juju's and apt's. */
interface Machine {
  readonly folder: string;
  readonly at: (...path: string[]) => string;
  readonly run: (hook: string, relation?: HookRun['relation']) => Promise<CommandResult>;
  readonly setState: (change: Partial<AgentState>) => Promise<void>;
}

const unit = 'pacemaker-remote/0';
const start: AgentState = {
  unit,
  isLeader: true,
  config: {'enable-resources': false, 'enable-stonith': true},
  endpoints: ['pacemaker-remote', 'juju-info'],
  relations: [],
  networks: {'pacemaker-remote': networkAnswer('10.70.0.14', '10.70.0.0/24')},
};
const key = Buffer.from('a key that the units of hacluster share').toString('base64');
const related = {id: 'pacemaker-remote:7', remoteApplication: 'hacluster', units: {}};
const juju = {'egress-subnets': '10.70.0.14/32', 'ingress-address': '10.70.0.14', 'private-address': '10.70.0.14'};

interface MachineOptions {
  readonly archive: string;
  readonly state: AgentState;
  readonly brings: Readonly<Record<string, readonly string[]>>;
}

async function createMachine(folder: string, options: MachineOptions): Promise<Machine> {
  const at = (...path: string[]): string => join(folder, ...path);
  await unpack(options.archive, at('agent', 'charm'));
  await writeFreshUnit(at('state'));
  await installMachine({programs: at('programs'), state: at('machine')}, options.brings);
  await installHookTools({tools: at('tools'), state: at('state')}, process.execPath);
  // Whoever runs the test owns the files, under the names that the charm knows.
  const {uid, gid} = userInfo();
  await put(at('root', 'etc', 'passwd'), `root:x:${uid}:${gid}:root:/root:/bin/bash\n`);
  await put(at('root', 'etc', 'group'), `root:x:${gid}:\nhaclient:x:${getOtherGroup(uid, gid)}:\n`);
  await put(at('root', 'etc', 'os-release'), 'ID=ubuntu\nVERSION_ID="22.04"\n');
  let {state} = options;
  const setState = async (change: Partial<AgentState>): Promise<void> => {
    state = {...state, ...change};
    await writeAgentState(at('state'), state);
  };
  await setState({});
  const run = (hook: string, relation?: HookRun['relation']): Promise<CommandResult> =>
    runHook({
      charm: at('agent', 'charm'),
      path: [at('tools'), at('programs')],
      unit: state.unit,
      root: at('root'),
      hook,
      ...(relation === undefined ? {} : {relation}),
    });
  return {folder, at, run, setState};
}

/** A second group that files may be given to: any for root, else one that this user is in too. */
function getOtherGroup(uid: number, gid: number): number {
  return uid === 0 ? gid + 1 : (process.getgroups?.().find((group) => group !== gid) ?? gid);
}

describe('A packed charm', () => {
  let folder = '';
  let archives: PackedCharm[] = [];
  let machine: Machine;

  before(async function () {
    this.timeout(10 * 60_000);
    folder = await mkdtemp(join(tmpdir(), 'packed-charm-'));
    const runtime = await installRuntime({cache: join(checkout, '.cache'), processes: createProcesses()});
    archives = await packCharm({
      folder: join(checkout, 'charms', 'pacemaker-remote'),
      output: join(folder, 'dist'),
      runtime,
    });
    const brings = {'pacemaker-remote': ['pacemaker_remote']};
    machine = await createMachine(folder, {archive: archives[0]!.path, state: start, brings});
  });

  after(() => rm(folder, {recursive: true, force: true}));

  const hook = async (name: string, relation?: HookRun['relation']): Promise<void> => {
    const {exitCode, stdout, stderr} = await machine.run(name, relation);
    assert.deepEqual(
      {exitCode, stdout, stderr},
      {exitCode: 0, stdout: '', stderr: ''},
      `${name} is quiet and ends well`,
    );
  };
  const readStatus = async (): Promise<unknown> =>
    JSON.parse(await readFile(machine.at('state', 'status.json'), 'utf8'));
  const readCalls = async (...path: string[]): Promise<string[]> =>
    (await readFile(machine.at(...path, 'calls'), 'utf8')).split('\n').filter((line) => line !== '');

  it('is one archive for each base, named as charmcraft names them', () => {
    assert.deepEqual(
      archives.map(({path}) => path.split('/').at(-1)),
      ['pacemaker-remote_ubuntu-22.04-amd64.charm', 'pacemaker-remote_ubuntu-24.04-amd64.charm'],
    );
  });

  it('holds what Juju reads, programs that can be started, and nothing that was not meant to ship', async () => {
    const charm = machine.at('agent', 'charm');
    assert.deepEqual(
      (await readdir(charm)).sort().filter((name) => name !== 'README.md'),
      ['LICENSE', 'NOTICES', 'actions.yaml', 'bin', 'config.yaml', 'dispatch', 'manifest.yaml', 'metadata.yaml', 'src'],
    );
    assert.deepEqual(await readdir(join(charm, 'src')), ['charm.mjs']);
    for (const program of ['dispatch', 'bin/node'])
      assert.equal((await stat(join(charm, program))).mode & 0o777, 0o755);
  });

  it('exports its charm without running it', async () => {
    const module: unknown = await import(machine.at('agent', 'charm', 'src', 'charm.mjs'));
    assert.ok(typeof module === 'object' && module !== null && 'charm' in module);
    assert.equal(process.exitCode ?? 0, 0);
  });

  it('installs on a bare machine and says what it lacks', async () => {
    await hook('install');
    await hook('leader-elected');
    await hook('config-changed');
    await hook('start');
    assert.match(
      (await readCalls('machine')).join('\n'),
      /apt-get update.*\napt-get install .*pacemaker-remote resource-agents/,
    );
    assert.deepEqual(await readStatus(), {
      message: "'pacemaker-remote' missing: relate this application to hacluster",
      status: 'blocked',
      'status-data': {},
    });
  });

  it('waits for the key of the cluster when related, and offers nothing before', async () => {
    await machine.setState({relations: [{...related, own: juju}]});
    const relation = {id: related.id, application: 'hacluster'};
    await hook('pacemaker-remote-relation-created', relation);
    assert.deepEqual(await readBag(machine.at('state'), related.id, unit), juju);
    assert.match(JSON.stringify(await readStatus()), /no key yet/);
  });

  it('writes the key that it is given, for root and the cluster alone, offers its machine, and is ready', async () => {
    const own = await readBag(machine.at('state'), related.id, unit);
    await machine.setState({relations: [{...related, own, units: {'hacluster/0': {'pacemaker-key': key}}}]});
    const relation = {id: related.id, application: 'hacluster', unit: 'hacluster/0'};
    await hook('pacemaker-remote-relation-joined', relation);
    await hook('pacemaker-remote-relation-changed', relation);
    const path = machine.at('root', 'etc', 'pacemaker', 'authkey');
    assert.equal((await stat(path)).mode & 0o777, 0o440);
    assert.equal(await readFile(path, 'utf8'), 'a key that the units of hacluster share');
    assert.deepEqual(await readBag(machine.at('state'), related.id, unit), {
      ...juju,
      'enable-resources': 'false',
      'remote-hostname': JSON.stringify(hostname()),
      'remote-ip': '"10.70.0.14"',
      'stonith-hostname': JSON.stringify(hostname()),
    });
    assert.deepEqual(await readStatus(), {message: 'Unit is ready', status: 'active', 'status-data': {}});
    assert.equal(await readFile(machine.at('state', 'version'), 'utf8'), '2.1.2\n');
  });

  it('keeps the key out of every argument and log line', async () => {
    const calls = [...(await readCalls('state')), ...(await readCalls('machine'))].join('\n');
    assert.ok(!calls.includes(key) && !calls.includes('a key that'));
  });

  it('has nothing to do in update-status', async () => {
    const before = [await readCalls('state'), await readCalls('machine')];
    await hook('update-status');
    assert.deepEqual([await readCalls('state'), await readCalls('machine')], before);
  });

  it('runs whatever the current folder is, and through a link', async () => {
    const link = machine.at('linked charm');
    await symlink(machine.at('agent', 'charm'), link);
    const processes = createProcesses();
    // Without Juju's variables it cannot run a hook; status 1 is its own, 127 would be the shell's.
    for (const [folder, program] of [
      ['/', join(link, 'dispatch')],
      [machine.at('agent', 'charm'), './dispatch'],
      [machine.at('agent'), 'charm/dispatch'],
    ] as const) {
      const path = `PATH=${machine.at('tools')}:/usr/bin:/bin`;
      const {exitCode} = await processes.run('env', ['-i', `--chdir=${folder}`, path, program]);
      assert.equal(exitCode, 1, program);
    }
  });

  it('runs on the memory cloud as it is', async () => {
    const model = await createModel({charmLibrary: [join(checkout, 'tests', 'charms')], folder: machine.at('memory')});
    await model.deploy(archives[0]!.path);
    await model.deploy('nova-compute', {base: 'ubuntu@22.04'});
    model.integrate('nova-compute:juju-info', 'pacemaker-remote:juju-info');
    assert.deepEqual((await model.settle()).failed, []);
    assert.equal(
      model.snapshot().units['pacemaker-remote/0']?.message,
      "'pacemaker-remote' missing: relate this application to hacluster",
    );
  });

  it('says so when its runtime does not start', async () => {
    const charm = machine.at('broken');
    await put(join(charm, 'dispatch'), await readFile(machine.at('agent', 'charm', 'dispatch')), 0o755);
    const processes = createProcesses();
    const missing = await processes.run(join(charm, 'dispatch'), []);
    await put(join(charm, 'bin', 'node'), 'of another architecture', 0o644);
    const foreign = await processes.run(join(charm, 'dispatch'), []);
    for (const {exitCode, stderr} of [missing, foreign]) {
      assert.ok(exitCode === 126 || exitCode === 127);
      assert.match(stderr, /ERROR the packed Node\.js runtime .*broken\/bin\/node does not start on this machine/);
    }
  });
});

describe('The templates of a packed charm', () => {
  let folder = '';
  let machine: Machine;

  before(async function () {
    this.timeout(10 * 60_000);
    folder = await mkdtemp(join(tmpdir(), 'packed-charm-'));
    const runtime = await installRuntime({cache: join(checkout, '.cache'), processes: createProcesses()});
    const tiny = join(checkout, 'lib', 'pack', 'fixtures', 'tiny');
    const [archive] = await packCharm({folder: tiny, output: join(folder, 'dist'), runtime});
    const state = {...start, unit: 'tiny/0', config: {port: 8080}, endpoints: ['db', 'cluster'], networks: {}};
    machine = await createMachine(folder, {archive: archive!.path, state, brings: {tiny: ['tiny']}});
  });

  after(() => rm(folder, {recursive: true, force: true}));

  const readConfig = async (): Promise<string> => {
    const {exitCode, stderr} = await machine.run('config-changed');
    assert.deepEqual({exitCode, stderr}, {exitCode: 0, stderr: ''});
    return readFile(machine.at('root', 'etc', 'tiny.conf'), 'utf8');
  };

  it('are rendered', async () => {
    assert.equal(await readConfig(), 'port = 8080\n');
  });

  it('may be edited on the machine', async () => {
    await put(machine.at('agent', 'charm', 'templates', 'tiny.conf.hbs'), 'listen on {{port}}\n');
    assert.equal(await readConfig(), 'listen on 8080\n');
  });
});
