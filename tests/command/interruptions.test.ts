import assert from 'node:assert/strict';
import {join} from 'node:path';

import {createProcesses, readEnvironment, type CommandResult} from '#charm';

import {root} from '../seed/deployment.ts';
import {createCalls, type Calls} from './calls.ts';

const program = join(root, 'lib/local/bin/juju-local.mjs');
const deploy = ['deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml'];

/** Where every unit stands, without times and addresses of the call. */
function getStatuses(text: string): unknown {
  const pattern = /"workload-status":\{"current":"([a-z]+)","message":"([^"]*)"/g;
  return [...text.matchAll(pattern)].map(([, status, message]) => `${status ?? ''}: ${message ?? ''}`).sort();
}

describe('a call of juju-local', () => {
  let calls: Calls;

  beforeEach(async () => {
    calls = await createCalls();
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'openstack');
  });

  afterEach(() => calls.remove());

  /** A process of its own, as a user starts it; `kill` ends it in the middle after that many seconds. */
  function start(argv: readonly string[], kill?: number): Promise<CommandResult> {
    const environment = {...clean(readEnvironment()), JUJU_LOCAL_DATA: join(calls.folder, 'data')};
    const command = [process.execPath, program, ...argv];
    const [file = '', ...args] = kill === undefined ? command : ['timeout', '-s', 'KILL', String(kill), ...command];
    return createProcesses().run('env', ['-C', root, file, ...args], {environment});
  }

  it('that is killed in the middle leaves a model that the next call goes on with', async () => {
    let kills = 0;
    for (let seconds = 0.6; kills < 6; seconds += 0.35) {
      const {exitCode} = await start(deploy, seconds);
      if (exitCode === 0) {
        break;
      }
      kills += 1;
      const {exitCode: next, stderr} = await start(['status']);
      assert.equal(next, 0, stderr);
    }
    assert.ok(kills > 0, 'nothing was interrupted');
    const {exitCode, stderr} = await start(deploy);
    assert.equal(exitCode, 0, stderr);
    const statuses = getStatuses(await calls.print('status', '--format', 'json'));
    const other = await createCalls();
    try {
      await other.print('bootstrap', 'memory');
      await other.print('add-model', 'openstack');
      await other.print(...deploy);
      assert.deepEqual(statuses, getStatuses(await other.print('status', '--format', 'json')));
    } finally {
      await other.remove();
    }
  }).timeout(120_000);

  it('waits for another one on the same data folder, and says so', async () => {
    const [first, second] = await Promise.all([start(deploy), start(['deploy', 'rabbitmq-server', 'other'])]);
    assert.deepEqual([first.exitCode, second.exitCode], [0, 0], first.stderr + second.stderr);
    assert.match(first.stderr + second.stderr, /Waiting for juju-local with process id \d+/);
    const status = await calls.print('status', '--format', 'json');
    assert.ok(status.includes('"other/0"') && status.includes('"masakari/0"'));
  }).timeout(120_000);
});

function clean(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
