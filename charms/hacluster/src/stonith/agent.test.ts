import assert from 'node:assert/strict';

import fc from 'fast-check';

import {emptyCib, type Cib} from '#cluster';
import type {HttpAnswer, HttpRequest} from '#maas';

import {readLosses, writeLosses, type Loss} from '../losses.ts';
import {ORDER_MS, runAgent, STATUS_MS} from './agent.ts';
import {createMemoryRecord, type MemoryRecord} from './permission.fixture.ts';

const PARTS = ['the-consumer', 'the-token', 'the-secret'];
const GOOSE = {system_id: 'abc', hostname: 'tidy-goose', fqdn: 'tidy-goose.maas'};

const CRAB = {system_id: 'def', hostname: 'keen-crab', fqdn: 'keen-crab.maas'};

/** MAAS as one run of the plugin meets it. An answer may depend on how often that was asked before. */
interface Maas {
  readonly machines?: readonly unknown[];
  readonly power?: (asked: number, ordered: readonly string[]) => string;
  /** What the members share; a cluster of which nobody was lost, when it is missing. */
  readonly record?: MemoryRecord;
  readonly fault?: (operation: string, asked: number) => Partial<HttpAnswer> | Error | null;
}

interface Run {
  readonly status: number;
  readonly printed: string[];
  readonly logged: string[];
  readonly orders: string[];
  readonly tookMs: number;
}

async function run(args: readonly string[], maas: Maas = {}, environment: Record<string, string> = {}): Promise<Run> {
  const printed: string[] = [];
  const logged: string[] = [];
  const orders: string[] = [];
  const asked = new Map<string, number>();
  let now = 1_000_000;
  const answer = ({url}: HttpRequest): Partial<HttpAnswer> | Error => {
    const operation = url.searchParams.get('op') ?? 'list';
    const count = asked.get(operation) ?? 0;
    asked.set(operation, count + 1);
    const fault = maas.fault?.(operation, count) ?? null;
    if (fault !== null) return fault;
    if (operation.startsWith('power_')) orders.push(`${operation} ${url.pathname.split('/').at(-2) ?? ''}`);
    const state = maas.power?.(count, orders) ?? (orders.at(-1)?.startsWith('power_off') === true ? 'off' : 'on');
    const bodies: Record<string, unknown> = {
      list: maas.machines ?? [GOOSE],
      query_power_state: {state},
      whoami: {username: 'admin'},
    };
    return {body: JSON.stringify(bodies[operation] ?? {})};
  };
  const status = await runAgent({
    args,
    environment: {
      hostnames: 'keen-crab tidy-goose',
      url: 'http://10.0.0.205/MAAS',
      apikey_file: '/etc/hacluster/maas.credentials',
      ...environment,
    },
    readFile: (path) => {
      if (path !== '/etc/hacluster/maas.credentials') throw Object.assign(new Error('no'), {code: 'ENOENT'});
      return `${PARTS.join(':')}\n`;
    },
    send: (request) => {
      now += 50;
      const got = answer(request);
      return got instanceof Error ? Promise.reject(got) : Promise.resolve({status: 200, body: '', ...got});
    },
    clock: {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
    },
    losses: maas.record ?? createMemoryRecord(createCib()),
    nonce: () => 'n',
    print: (line) => printed.push(line),
    log: (level, line) => {
      logged.push(`${level}: ${line}`);
      return Promise.resolve();
    },
  });
  const said = [...printed, ...logged].join('\n');
  assert.ok(
    PARTS.every((part) => !said.includes(part)),
    'the key stays in its file',
  );
  assert.ok(logged.every((line) => !line.includes('\n')));
  return {status, printed, logged, orders, tookMs: now - 1_000_000};
}

/** A cluster with one member. */
function createCib(losses: readonly Loss[] = []): Cib {
  const member = {id: '1', uname: 'juju-1', type: 'member', attributes: [], utilization: [], other: []} as const;
  return writeLosses({...emptyCib, nodes: [member]}, losses);
}

describe('stonith:external/maas', () => {
  it('tells what it is and what it needs, without MAAS', async () => {
    const down = {fault: () => new Error('no network')};
    assert.deepEqual((await run(['getconfignames'], down)).printed, ['hostnames url apikey_file']);
    assert.deepEqual((await run(['gethosts'], down)).printed, ['keen-crab', 'tidy-goose']);
    for (const action of ['devid', 'devname', 'devdescr', 'devurl', 'xml']) {
      const {status, printed} = await run([`getinfo-${action}`], down, {hostnames: ''});
      assert.equal(status, 0);
      assert.notEqual(printed.join(''), '');
    }
    const xml = (await run(['getinfo-xml'])).printed.join('\n');
    assert.match(
      xml,
      /^<parameters>\n(?:<parameter name="\w+" unique="0" required="1">[^]*?<\/parameter>\n){3}<\/parameters>$/,
    );
  });

  it('is well when MAAS answers and takes the key', async () => {
    assert.deepEqual(await run(['status']), {status: 0, printed: [], logged: [], orders: [], tookMs: 50});
    const wrong = await run(['status'], {fault: () => ({status: 401})});
    assert.equal(wrong.status, 1);
    assert.match(
      wrong.logged.join('\n'),
      /^err: the device cannot be used: MAAS at http:\S+ refuses the API key \(401\)[^\n]*$/,
    );
    const silent = await run(['status'], {fault: () => new Error('connect ECONNREFUSED')});
    assert.equal(silent.status, 1);
    assert.ok(silent.tookMs <= STATUS_MS);
    assert.equal(silent.logged.length, 1);
  });

  it('switches off, and says so once it was seen', async () => {
    const power = (asked: number): string => ['on', 'unknown', 'on', 'off'][asked] ?? 'off';
    const {status, logged, orders} = await run(['off', 'tidy-goose'], {power});
    assert.equal(status, 0);
    assert.deepEqual(orders, ['power_off abc']);
    assert.deepEqual(logged, ['info: tidy-goose is off: MAAS machine abc was switched']);
  });

  it('leaves a machine alone that is off already', async () => {
    const {status, logged, orders} = await run(['off', 'tidy-goose'], {power: () => 'off'});
    assert.deepEqual([status, orders], [0, []]);
    assert.deepEqual(logged, ['info: tidy-goose is off: MAAS machine abc was so already']);
  });

  it('fails in time when the power is never seen off', async () => {
    for (const state of ['on', 'unknown', 'error', '', 'OFF']) {
      const {status, logged, tookMs} = await run(['off', 'tidy-goose'], {power: () => state});
      assert.equal(status, 1);
      assert.ok(tookMs <= ORDER_MS && tookMs > ORDER_MS - 3000, 'it asks as long as there is time');
      assert.match(logged.join('\n'), /^err: cannot switch off tidy-goose: abc was not seen off in time: [^\n]*$/);
    }
  });

  it('is done with a success only when the last thing it saw was off', async () => {
    const state = fc.constantFrom('on', 'off', 'unknown', 'error', 'Off');
    const fault = fc.constantFrom<Partial<HttpAnswer> | Error | null>(
      null,
      null,
      {status: 503},
      {status: 401},
      new Error('lost'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(state), fc.array(fault), async (states, faults) => {
        let seen = '';
        const {status, logged} = await run(['off', 'tidy-goose'], {
          power: (asked) => (seen = states[asked % Math.max(states.length, 1)] ?? 'on'),
          fault: (operation, asked) => faults[(asked + operation.length) % Math.max(faults.length, 1)] ?? null,
        });
        assert.equal(status === 0, logged[0]?.startsWith('info: ') === true);
        assert.ok(status !== 0 || seen === 'off');
        assert.equal(logged.length, 1);
      }),
    );
  });

  it('goes on when MAAS is away for a while', async () => {
    const fault = (_operation: string, asked: number): Error | null =>
      asked < 5 ? new Error('connect ECONNREFUSED') : null;
    const {status, orders} = await run(['off', 'tidy-goose'], {fault});
    assert.deepEqual([status, orders], [0, ['power_off abc']]);
  });

  it('touches nothing when it does not know which machine is meant', async () => {
    const cases: readonly [string[], readonly unknown[], RegExp][] = [
      [['off', 'tidy-goose'], [], /MAAS has no machine tidy-goose$/],
      [
        ['off', 'tidy-goose'],
        [GOOSE, {...GOOSE, system_id: 'def', fqdn: 'tidy-goose.b'}],
        /several machines tidy-goose/,
      ],
      [['reset', 'other'], [GOOSE], /cannot reset other: it is not among the hostnames of the device$/],
      [['on'], [GOOSE], /not among the hostnames/],
      [['explode', 'tidy-goose'], [GOOSE], /external\/maas knows no action "explode"$/],
      [[], [GOOSE], /knows no action ""$/],
    ];
    for (const [args, machines, message] of cases) {
      const {status, orders, logged} = await run(args, {machines});
      assert.deepEqual([status, orders], [1, []]);
      assert.match(logged.join('\n'), message);
    }
  });

  it('says which parameter is wrong', async () => {
    const missing = await run(['off', 'tidy-goose'], {}, {apikey_file: '/nowhere'});
    assert.match(
      missing.logged.join('\n'),
      /^err: .*the file with the MAAS API key, \/nowhere, cannot be read \(ENOENT\)$/,
    );
    assert.match(
      (await run(['status'], {}, {url: 'x'})).logged.join('\n'),
      /the URL of MAAS is not an http or https URL/,
    );
  });

  it('switches on, and says so once it was seen', async () => {
    const {status, orders, logged} = await run(['on', 'tidy-goose'], {power: (asked) => (asked < 3 ? 'off' : 'on')});
    assert.deepEqual([status, orders], [0, ['power_on abc']]);
    assert.deepEqual(logged, ['info: tidy-goose is on: MAAS machine abc was switched']);
  });

  it('resets by off, seen, and on', async () => {
    const {status, orders, logged} = await run(['reset', 'tidy-goose']);
    assert.deepEqual([status, orders], [0, ['power_off abc', 'power_on abc']]);
    assert.deepEqual(logged, ['info: tidy-goose was seen off, and is on again: MAAS machine abc was reset']);
    const stuck = await run(['reset', 'tidy-goose'], {power: () => 'on'});
    assert.equal(stuck.status, 1);
    assert.ok(!stuck.orders.includes('power_on abc'));
  });

  it('counts a machine that was seen off as fenced though it does not come on again', async () => {
    const power = (_asked: number, orders: readonly string[]): string => (orders.length > 0 ? 'off' : 'on');
    const {status, logged, tookMs} = await run(['reset', 'tidy-goose'], {power});
    assert.equal(status, 0);
    assert.ok(tookMs <= ORDER_MS);
    assert.match(logged.join('\n'), /^warn: tidy-goose was seen off, but does not come on again: [^\n]*$/);
  });

  it('leaves a remote alone that is one too many, says so in one line', async () => {
    const crab: Loss = {node: 'keen-crab', state: 'fencing', since: 900_000};
    const record = createMemoryRecord(createCib([crab]));
    for (const action of ['off', 'reset']) {
      const {status, orders, logged} = await run([action, 'tidy-goose'], {record});
      assert.deepEqual([status, orders], [1, []]);
      assert.deepEqual(logged, [
        `err: cannot ${action === 'off' ? 'switch off' : 'reset'} tidy-goose: held back: keen-crab lost within 10 min, and ` +
          'fencing-share 50% lets 1 of 2 remotes be fenced; nothing is evacuated from it until an operator runs fence-held, or ' +
          'stand-down if it is alive',
      ]);
    }
    const [, held] = readLosses(record.cib());
    assert.deepEqual([held?.node, held?.state], ['tidy-goose', 'held']);
    assert.equal((await run(['on', 'tidy-goose'], {record})).status, 0);
  });

  it('notes that a remote was seen off which an operator has released, and no other', async () => {
    const crab: Loss = {node: 'keen-crab', state: 'fencing', since: 990_000};
    const goose: Loss = {node: 'tidy-goose', state: 'released', since: 1};
    const getStates = (record: MemoryRecord): readonly string[] => readLosses(record.cib()).map(({state}) => state);
    for (const action of ['off', 'reset']) {
      const record = createMemoryRecord(createCib([crab, goose]));
      const stuck = await run([action, 'tidy-goose'], {record, power: () => 'on'});
      assert.deepEqual([stuck.status, getStates(record)], [1, ['fencing', 'released']]);
      assert.equal((await run([action, 'tidy-goose'], {record})).status, 0);
      assert.deepEqual(getStates(record), ['fencing', 'off']);
      // The member may die before it has said so to the others, one of which tries again.
      assert.equal((await run([action, 'tidy-goose'], {record})).status, 0);
      assert.equal((await run([action, 'keen-crab'], {record, machines: [CRAB]})).status, 0);
      assert.deepEqual(getStates(record), ['fencing', 'off']);
    }
  });

  it('has fenced a remote also where that cannot be noted, says so, and takes no long time over it', async () => {
    const record = createMemoryRecord(createCib([{node: 'tidy-goose', state: 'released', since: 1}]));
    const deaf = {...record, write: () => Promise.resolve(false)};
    const {status, logged, tookMs} = await run(['off', 'tidy-goose'], {record: deaf});
    assert.equal(status, 0);
    assert.match(
      logged.join('\n'),
      /^warn: tidy-goose was seen off, but that cannot be noted: [^\n]*\ninfo: tidy-goose is off/,
    );
    assert.ok(tookMs < 10_000);
  });

  it('never holds a member of the cluster back', async () => {
    const record = createMemoryRecord(createCib([{node: 'keen-crab', state: 'fencing', since: 900_000}]));
    const machines = [{...GOOSE, hostname: 'juju-1', fqdn: 'juju-1.maas'}];
    const {status} = await run(['off', 'juju-1'], {record, machines}, {hostnames: 'juju-1 keen-crab tidy-goose'});
    assert.equal(status, 0);
    assert.equal(readLosses(record.cib()).length, 1);
  });

  it('asks again when the cluster does not answer, and switches nothing off when it never does', async () => {
    const once = createMemoryRecord(createCib());
    let asked = 0;
    const flaky = {...once, read: () => (asked++ < 3 ? Promise.resolve(null) : once.read())};
    assert.equal((await run(['off', 'tidy-goose'], {record: flaky})).status, 0);
    const silent = await run(['off', 'tidy-goose'], {record: {...once, read: () => Promise.resolve(null)}});
    assert.deepEqual([silent.status, silent.orders], [1, []]);
    assert.match(silent.logged.join(), /^err: cannot switch off tidy-goose: held back: the cluster's configuration/);
    assert.ok(silent.tookMs < ORDER_MS);
  });
});
