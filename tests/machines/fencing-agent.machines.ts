import assert from 'node:assert/strict';
import {access, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses, type CommandResult} from '#charm';

import {unpackAgent, writeCibadmin} from '../fencing/packed-agent.ts';
import {MACHINE, serveMaas, type ServedMaas} from '../fencing/served-maas.ts';

/** The only folder where cluster-glue looks for plugins. */
const PLUGINS = '/usr/lib/stonith/plugins/external';

/** What Pacemaker gives a device unless told otherwise. */
const STONITH_TIMEOUT_MS = 60_000;

/** The agent of hacluster's archive, driven by what Pacemaker drives it with. */
describe('the fencing agent under cluster-glue', () => {
  const name = `maas-test-${process.pid}`;
  const processes = createProcesses();
  let folder = '';
  let maas: ServedMaas;

  before(async function () {
    const programs = [PLUGINS, '/usr/sbin/fence_legacy', '/usr/sbin/stonith'];
    const isThere = await Promise.all(
      programs.map((path) =>
        access(path).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!isThere.every(Boolean) || process.getuid?.() !== 0) {
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'fencing-'));
    const program = await unpackAgent(folder);
    await writeCibadmin(folder);
    await writeFile(
      join(PLUGINS, name),
      `#!/bin/sh\nPATH='${folder}':$PATH exec '${process.execPath}' '${program}' "$@"\n`,
      {mode: 0o755},
    );
    maas = await serveMaas();
    await writeFile(join(folder, 'key'), maas.apiKey, {mode: 0o600});
  });

  after(async () => {
    if (folder === '') return;
    await maas.close();
    await rm(join(PLUGINS, name));
    await rm(folder, {recursive: true});
  });

  /** As pacemaker-fenced calls it: everything on standard input. */
  async function fence(action: string, node?: string): Promise<CommandResult> {
    const options = {
      ...{agent: 'fence_legacy', plugin: `external/${name}`, action},
      ...(node === undefined ? {} : {nodename: node, port: node}),
      ...{hostnames: MACHINE, url: maas.url, apikey_file: join(folder, 'key')},
    };
    const stdin = Object.entries(options).map(([key, value]) => `${key}=${value}\n`);
    const result = await processes.run('fence_legacy', [], {stdin: stdin.join(''), timeoutMs: STONITH_TIMEOUT_MS});
    assert.ok(maas.apiKey.split(':').every((part) => !`${result.stdout}${result.stderr}`.includes(part)));
    return result;
  }

  it('is known to it, with its parameters', async () => {
    const {exitCode, stdout} = await processes.run('stonith', ['-t', `external/${name}`, '-m']);
    assert.equal(exitCode, 0);
    assert.match(stdout, /<parameter name="apikey_file" unique="0" required="1">/);
  });

  it('lists its nodes and answers the monitor', async () => {
    const list = await fence('list');
    assert.deepEqual([list.exitCode, list.stdout], [0, `${MACHINE}\n`]);
    assert.equal((await fence('monitor')).exitCode, 0);
    maas.interfere = () => ({kind: 'answer', status: 401, body: ''});
    assert.notEqual((await fence('monitor')).exitCode, 0);
    maas.interfere = () => null;
  });

  it('cuts the power, gives it back and resets', async () => {
    assert.equal((await fence('off', MACHINE)).exitCode, 0);
    assert.equal(maas.power, 'off');
    assert.equal((await fence('on', MACHINE)).exitCode, 0);
    assert.equal(maas.power, 'on');
    maas.orders.length = 0;
    assert.equal((await fence('reboot', MACHINE)).exitCode, 0);
    assert.deepEqual(maas.orders, ['off', 'on']);
  });

  it('fails, within what Pacemaker allows, when the power is never seen off', async function () {
    this.timeout(90_000);
    maas.interfere = ({operation}) =>
      operation === 'query_power_state' ? {kind: 'answer', status: 200, body: '{"state": "error"}'} : null;
    assert.equal((await fence('off', MACHINE)).exitCode, 1, '124 if Pacemaker would have had to end it');
    maas.interfere = () => null;
  });

  it('fails for a node that it is not for', async () => {
    maas.orders.length = 0;
    assert.notEqual((await fence('off', 'keen-crab')).exitCode, 0);
    assert.deepEqual(maas.orders, []);
  });
});
