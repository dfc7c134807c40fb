import assert from 'node:assert/strict';
import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses, type CommandResult} from '#charm';

import {unpackAgent, writeCibadmin} from './packed-agent.ts';
import {MACHINE, serveMaas, type ServedMaas} from './served-maas.ts';

describe('the fencing agent in the archive of hacluster', () => {
  let folder = '';
  let program = '';
  let maas: ServedMaas;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fencing-'));
    program = await unpackAgent(folder);
    // As cluster-glue's: a level, and a line.
    await writeFile(join(folder, 'ha_log.sh'), `#!/bin/sh\necho "$*" >>'${join(folder, 'syslog')}'\n`);
    await chmod(join(folder, 'ha_log.sh'), 0o755);
    await writeCibadmin(folder);
  });

  beforeEach(async () => {
    maas = await serveMaas();
    await writeFile(join(folder, 'key'), `${maas.apiKey}\n`, {mode: 0o600});
    await writeFile(join(folder, 'syslog'), '');
  });

  afterEach(() => maas.close());

  after(() => rm(folder, {recursive: true}));

  /** With the variables that cluster-glue gives it, and no others. */
  async function run(args: readonly string[], given: Record<string, string> = {}): Promise<CommandResult> {
    const environment = {
      PATH: `${folder}:/usr/bin:/bin`,
      hostnames: MACHINE,
      url: maas.url,
      apikey_file: join(folder, 'key'),
      ...given,
    };
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const result = await createProcesses().run('env', ['-i', ...variables, process.execPath, program, ...args]);
    const told = [result.stdout, result.stderr, await readLog()].join('\n');
    assert.ok(
      maas.apiKey.split(':').every((part) => !told.includes(part)),
      'the key is told to nobody',
    );
    return result;
  }

  const readLog = (): Promise<string> => readFile(join(folder, 'syslog'), 'utf8');

  it('speaks the protocol', async () => {
    assert.deepEqual(await run(['getconfignames']), {exitCode: 0, stdout: 'hostnames url apikey_file\n', stderr: ''});
    assert.deepEqual(await run(['gethosts']), {exitCode: 0, stdout: `${MACHINE}\n`, stderr: ''});
    assert.deepEqual(await run(['status']), {exitCode: 0, stdout: '', stderr: ''});
    assert.equal(await readLog(), '');
  });

  it('switches a machine off and on, with one line in syslog for each', async () => {
    for (const [action, order] of [
      ['off', 'off'],
      ['on', 'on'],
      ['reset', 'off'],
    ] as const) {
      assert.deepEqual(await run([action, MACHINE]), {exitCode: 0, stdout: '', stderr: ''});
      assert.equal(maas.orders.at(action === 'reset' ? -2 : -1), order);
    }
    assert.equal((await readLog()).split('\n').length, 4);
    assert.match(await readLog(), /^info tidy-goose is off: MAAS machine \w{6} was switched\n/);
  });

  it('waits for a MAAS that is busy, and asks again while the power is not known', async () => {
    let asked = 0;
    maas.interfere = ({operation}) => {
      asked += 1;
      if (asked === 2) return {kind: 'reset'};
      if (asked === 3) return {kind: 'answer', status: 503, body: 'try again'};
      return operation === 'query_power_state' && asked < 6
        ? {kind: 'answer', status: 200, body: '{"state": "unknown"}'}
        : null;
    };
    assert.equal((await run(['off', MACHINE])).exitCode, 0);
    assert.deepEqual([...new Set(maas.orders)], ['off']);
  });

  it('fails with one line that says why', async () => {
    await writeFile(join(folder, 'wrong'), 'a:b:c\n');
    const cases: readonly [string[], Record<string, string>, RegExp][] = [
      [
        ['status'],
        {apikey_file: join(folder, 'wrong')},
        /^err the device cannot be used: .* refuses the API key \(401\)/,
      ],
      [
        ['off', MACHINE],
        {apikey_file: join(folder, 'none')},
        /^err cannot switch off tidy-goose: the file .* cannot be read/,
      ],
      [
        ['off', 'keen-crab'],
        {hostnames: 'keen-crab'},
        /^err cannot switch off keen-crab: MAAS has no machine keen-crab\n$/,
      ],
      [['off', MACHINE], {url: `${maas.url}/elsewhere`}, /^err cannot switch off tidy-goose: .* with 404/],
    ];
    for (const [args, given, message] of cases) {
      await writeFile(join(folder, 'syslog'), '');
      assert.deepEqual(await run(args, given), {exitCode: 1, stdout: '', stderr: ''});
      assert.match(await readLog(), message);
      assert.equal((await readLog()).trim().split('\n').length, 1);
    }
    assert.deepEqual(maas.orders, []);
  });

  it('tells who started it where syslog cannot be reached', async () => {
    const {exitCode, stderr} = await run(['off', 'x'], {PATH: '/usr/bin:/bin'});
    assert.equal(exitCode, 1);
    assert.equal(stderr, 'external/maas: cannot switch off x: it is not among the hostnames of the device\n');
  });
});
