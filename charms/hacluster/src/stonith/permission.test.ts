import assert from 'node:assert/strict';

import fc from 'fast-check';

import {emptyCib, parseCibXml, renderCibXml, type Cib} from '#cluster';

import {getAllowed, readLosses, writeLosses, type FencingPolicy, type LossState} from '../losses.ts';
import {createMemoryRecord} from './permission.fixture.ts';
import {askPermission, createLossRecord, HeldError, parsePolicy, RECORD_MS, type LossRecord} from './permission.ts';

const REMOTES = ['frank-colt', 'keen-crab', 'model-crow', 'tidy-goose', 'wise-mole'];
const MEMBERS = ['juju-1', 'juju-2', 'juju-3'];

function createCib(): Cib {
  const nodes = MEMBERS.map((uname, index) => ({
    id: String(index + 1),
    uname,
    type: 'member' as const,
    attributes: [],
    utilization: [],
    other: [],
  }));
  return {...emptyCib, nodes};
}

/** A member whose copy of the CIB may lack some changes at first; how many is given for each look. */
function createLaggard(record: LossRecord, history: Cib[], lags: readonly number[]): LossRecord {
  let looks = 0;
  return {
    read: async () => {
      const cib = await record.read();
      if (cib !== null && history.at(-1) !== cib) history.push(cib);
      const lag = lags[looks++] ?? 0;
      return history[Math.max(0, history.length - 1 - lag)] ?? cib;
    },
    write: record.write,
  };
}

/** Members whose time stands still while they wait, for as many looks as they like. */
function createClock(now: () => number): {now: () => number; sleep: () => Promise<void>} {
  let slept = 0;
  return {
    now: () => now() + slept,
    sleep: () => {
      slept += 1;
      return Promise.resolve();
    },
  };
}

describe('the permission to switch a remote off', () => {
  it('is never given to more than the share, whatever members ask at the same instant and however late they see', async () => {
    const asking = fc.record({
      node: fc.constantFrom(...REMOTES),
      lags: fc.array(fc.nat(3), {minLength: 1, maxLength: 4}),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(asking, {minLength: 1, maxLength: 10}),
        fc.integer({min: 0, max: 100}),
        async (scheduler, orders, share) => {
          const record = createMemoryRecord(createCib());
          const policy: FencingPolicy = {share, window: 600};
          const granted = new Set<string>();
          const history = [record.cib()];
          const runs = orders.map(async ({node, lags}, index) => {
            const laggard = createLaggard(record, history, lags);
            const own: LossRecord = {
              read: () => scheduler.schedule(laggard.read(), `read ${index}`),
              write: async (change, base) => {
                await scheduler.schedule(Promise.resolve(), `write ${index}`);
                const isDone = await laggard.write(change, base);
                await scheduler.schedule(Promise.resolve(), `written ${index}`);
                return isDone;
              },
            };
            const clock = createClock(() => 1_000_000);
            try {
              await askPermission({record: own, node, hosts: [...REMOTES, ...MEMBERS], policy, clock});
              granted.add(node);
            } catch (error) {
              assert.ok(error instanceof HeldError);
            }
          });
          await scheduler.waitFor(Promise.all(runs));
          const lost = new Set(orders.map(({node}) => node));
          const allowed = getAllowed(policy, REMOTES.length);
          assert.ok(granted.size <= allowed);
          // Who is refused is refused for the share's sake: as many go as may, and a single one always.
          assert.equal(granted.size, Math.min(lost.size, allowed));
          assert.deepEqual(
            new Set(readLosses(record.cib()).flatMap(({node, state}) => (state === 'fencing' ? [node] : []))),
            granted,
          );
        },
      ),
    );
  });

  it('is the same on every member: the record is Pacemaker’s own, read and changed by its programs', async () => {
    const calls: string[] = [];
    const replies = [{exitCode: 103, stdout: '', stderr: 'Update was older than existing configuration'}];
    let cib = createCib();
    const record = createLossRecord((program, args) => {
      calls.push([program, ...args].join(' '));
      if (args.includes('--query')) return Promise.resolve({exitCode: 0, stdout: renderCibXml(cib), stderr: ''});
      const [reply] = replies.splice(0, 1);
      return Promise.resolve(reply ?? {exitCode: 0, stdout: '', stderr: ''});
    });
    const request = {
      record,
      node: 'tidy-goose',
      hosts: REMOTES,
      policy: parsePolicy(null),
      clock: createClock(() => 5000),
    };
    await askPermission(request);
    assert.deepEqual(
      calls.map((call) => call.split(' ').slice(0, 2).join(' ')),
      ['cibadmin --query', 'cibadmin --modify', 'cibadmin --query', 'cibadmin --modify'],
    );
    const losses = (['fencing', 'held'] as const).map((state: LossState, index) => ({
      node: REMOTES[index] ?? '',
      state,
      since: index * 1000,
    }));
    cib = writeLosses(cib, losses);
    assert.deepEqual(readLosses(parseCibXml(renderCibXml(cib))), losses);
  });

  it('is not given, within the time there is, by a cluster that takes no change', async () => {
    let now = 0;
    const clock = {
      now: () => now,
      sleep: (milliseconds: number) => {
        now += milliseconds;
        return Promise.resolve();
      },
    };
    const replies = [
      {exitCode: 102, stdout: '', stderr: ''},
      {exitCode: 0, stdout: 'no XML', stderr: ''},
      {exitCode: 0, stdout: renderCibXml(createCib()), stderr: ''},
    ];
    for (const reply of replies) {
      now = 0;
      const record = createLossRecord((_, args) =>
        Promise.resolve(args.includes('--query') ? reply : {exitCode: 1, stdout: '', stderr: 'no quorum'}),
      );
      const request = {record, node: 'tidy-goose', hosts: REMOTES, policy: parsePolicy(null), clock};
      await assert.rejects(askPermission(request), HeldError);
      assert.ok(now <= RECORD_MS);
    }
  });

  it('goes by the charm’s policy, and by the defaults where the file says nothing that can be used', () => {
    assert.deepEqual(parsePolicy('{"share": 34, "window": 60}'), {share: 34, window: 60});
    for (const text of [null, '', '[]', 'null', '{"share": "all", "window": -1}', '{"share": 101}']) {
      assert.deepEqual(parsePolicy(text), {share: 50, window: 600});
    }
  });
});
