import assert from 'node:assert/strict';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {CHARMS_FOLDER, UnitAgents, type LocalMachineRoom} from '#local';

import {putCharm} from './charm-folder.ts';
import {createTestRoom, getBaseLayers, getTestMachine} from './test-room.ts';
import {waitFor} from './waiting.ts';

type Run = Parameters<UnitAgents['runCharm']>[0];
type Result = Awaited<ReturnType<UnitAgents['runCharm']>>;

const METADATA = 'name: app\n';
const SHELL = '#!/bin/bash\nset -e\n';

/** A hook whose context is told from every other's by a number. */
const CONTEXT = 'app/0-hook-';

describe('a unit on a machine', () => {
  const id = `a${process.pid.toString(16)}`;
  const machine = getTestMachine('0', 'tidy-goose', 10);
  let data = '';
  let room: LocalMachineRoom;
  let agents: UnitAgents;
  let lines: string[] = [];
  let calls: string[] = [];
  let contexts = 0;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'agent-'));
    const charms = join(data, 'charms');
    await putCharm(charms, 'app-1', {
      'metadata.yaml': METADATA,
      'hooks/install': `${SHELL}for tool in /var/lib/juju/tools/unit-app-0/*; do "$(basename "$tool")" one; done\npwd\necho own >own\n`,
      'hooks/read': `${SHELL}printf 'a\\nb\\n' | { config-get; read -r line; echo "left $line"; }\necho 'c: d' | state-set --file -\n`,
      'hooks/config-changed': `${SHELL}measure() {
  local start=$(date +%s%N)
  for i in {1..100}; do "$@" >/dev/null; done
  echo $(( ($(date +%s%N) - start) / 100000 ))
}
measure config-get
measure perl -e 0
`,
      'hooks/start': `${SHELL}echo begun\nsleep 600\n`,
      'hooks/update-status': `${SHELL}cat own\n`,
      'hooks/leave': `${SHELL}nohup sleep 30 &\n`,
      'hooks/end-all': `${SHELL}sleep 600 &\nkill -KILL 0\n`,
    });
    await putCharm(charms, 'app-2', {
      'metadata.yaml': METADATA,
      dispatch: `${SHELL}echo "$JUJU_DISPATCH_PATH"; cat own; ls\n`,
    });
    room = createTestRoom(join(data, 'model'), id);
    await room.open();
    const binds = [{from: charms, to: CHARMS_FOLDER, isWritable: false}];
    await room.create({machine, layers: await getBaseLayers(), binds});
    await room.powerOn('0');
    agents = new UnitAgents({room});
  });

  beforeEach(() => {
    lines = [];
    calls = [];
  });

  after(async () => {
    await room.destroyAll();
    await rm(data, {recursive: true, force: true});
  });

  function run(hook: string, {charm = 'app-1', by = agents} = {}): Promise<Result> {
    contexts += 1;
    const unit = {name: 'app/0'};
    const environment: Run['environment'] = {
      PATH: '/var/lib/juju/tools/unit-app-0:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      JUJU_CONTEXT_ID: `${CONTEXT}${String(contexts)}`,
      JUJU_DISPATCH_PATH: `hooks/${hook}`,
      JUJU_AGENT_SOCKET_ADDRESS: by.getAgentPlaces(unit).socket,
      JUJU_AGENT_SOCKET_NETWORK: 'unix',
      JUJU_UNIT_NAME: unit.name,
    };
    return by.runCharm({
      unit,
      machine,
      charm: {folder: join(data, 'charms', charm)},
      environment,
      tools: async (tool, args, input) => {
        calls.push(tool);
        const isRead = args[0] === '--file' && typeof input === 'object';
        return {exitCode: 0, stdout: isRead ? await input.readStdin() : '', stderr: ''};
      },
      log: (stream, line) => lines.push(`${stream} ${line}`),
    });
  }

  /** Waits until a hook has printed this line. */
  const waitForLine = (line: string): Promise<unknown> =>
    waitFor(`the line ${line}`, () => Promise.resolve(lines.includes(line)), 20);

  it('runs the files of its hooks in its own folder, with every hook tool on PATH', async () => {
    assert.deepEqual(await run('install'), {exitCode: 0, errors: [], via: 'script'});
    assert.deepEqual(lines, ['stdout /var/lib/juju/agents/unit-app-0/charm']);
    assert.deepEqual([...calls].sort(), await readdir(join(room.getJujuFolder('0'), 'tools', 'unit-app-0')));
    assert.ok(calls.length >= 40);
    assert.ok(!(await readdir(join(data, 'charms', 'app-1'))).includes('own'), 'the store stays as it is');
  });

  it('has tools that leave standard input alone until they want it', async () => {
    await run('read');
    assert.deepEqual(lines, ['stdout left a', 'stdout c: d']);
  });

  it('has tools that cost little more than the start of their program', async () => {
    await run('config-changed');
    const [tool = 0, start = 0] = lines.map((line) => Number(line.replace('stdout ', '')) / 1000);
    assert.equal(calls.length, 100);
    process.stdout.write(`      one hook tool: ${String(tool)} ms, perl alone: ${String(start)} ms\n`);
  });

  it('fails when its hook is killed, says so as Juju does, and runs again', async () => {
    const running = run('start');
    await waitForLine('stdout begun');
    await room.killHook('0', `${CONTEXT}${String(contexts)}`);
    const {exitCode, reason} = await running;
    assert.deepEqual([exitCode, reason], [128, 'signal: killed']);
  });

  it('fails when the power is cut, and finds its own files and its charm again after the boot', async () => {
    const running = run('start');
    await waitForLine('stdout begun');
    await room.powerOff('0');
    assert.equal((await running).reason, 'signal: killed');
    await room.powerOn('0');
    lines = [];
    await run('update-status');
    assert.deepEqual(lines, ['stdout own']);
  });

  it('does not wait for what its hook leaves running', async () => {
    assert.equal((await run('leave')).exitCode, 0);
    assert.equal((await room.run('0', ['pgrep', '-fx', 'sleep 30'])).exitCode, 0);
  });

  it('ends with all it started, and nothing else, when it signals its own process group', async () => {
    // It is this very process that a group shared with it would end.
    assert.equal((await run('end-all')).reason, 'signal: killed');
    assert.notEqual((await room.run('0', ['pgrep', '-fx', 'sleep 600'])).exitCode, 0);
  });

  it('ends the hook of a controller that was killed before it runs another', async () => {
    const running = run('start');
    await waitForLine('stdout begun');
    await run('update-status', {by: new UnitAgents({room})});
    assert.equal((await running).reason, 'signal: killed');
  });

  it('gets another charm below its own files when it is upgraded', async () => {
    assert.equal((await run('upgrade-charm', {charm: 'app-2'})).via, 'dispatch');
    assert.deepEqual(lines, [
      'stdout hooks/upgrade-charm',
      'stdout own',
      'stdout dispatch',
      'stdout metadata.yaml',
      'stdout own',
    ]);
  });

  it('leaves nothing behind its last hook', async () => {
    await run('remove', {charm: 'app-2'});
    await agents.remove({name: 'app/0', machine: '0'});
    const mounts = await room.run('0', ['cat', '/proc/self/mountinfo']);
    assert.ok(!mounts.stdout.includes(' overlay juju-charm '));
    assert.deepEqual(await readdir(join(room.getJujuFolder('0'), 'agents')), []);
  });
});
