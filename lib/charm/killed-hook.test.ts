import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {Charm, DispatchPorts} from './charm.ts';
import type {Desired} from './desired.ts';
import type {RunHookResult, UnitState} from './testing/index.ts';
import {createDb, createTiny, createTinyState, getLasting, runTiny} from './tiny.fixture.ts';

/** When a hook dies: at its so-manieth effect, just before it is done or just after, when nobody learns of it. */
interface Death {
  readonly at: number;
  readonly isAfter: boolean;
}

const WRITES: readonly string[] = [
  'relation-set',
  'status-set',
  'open-port',
  'close-port',
  'application-version-set',
  'juju-log',
];
const isReading = (args: readonly string[]): boolean => ['show', '--show'].includes(args[0] ?? '');

/** What a charm ran with, such that everything fails from the death on; it counts effects and notes what `web` started with. */
function createMortal(
  charm: Charm,
  death: Death | null,
): {charm: Charm; effects: () => number; startedWith: () => string | null} {
  let effects = 0;
  let isDead = false;
  let startedWith: string | null = null;
  const live = async <T>(isEffect: boolean, act: () => Promise<T>): Promise<T> => {
    effects += isEffect ? 1 : 0;
    const isDeath = isEffect && effects === death?.at;
    if (isDead || (isDeath && !death.isAfter)) {
      isDead = true;
      throw new Error('killed');
    }
    const result = await act();
    if (isDeath) {
      isDead = true;
      throw new Error('killed');
    }
    return result;
  };
  const wrap = ({host, tools, ...ports}: DispatchPorts): DispatchPorts => ({
    ...ports,
    tools: (tool, args, stdin) => live(WRITES.includes(tool), () => tools(tool, args, stdin)),
    host: {
      facts: () => host.facts(),
      randomBytes: (purpose, bytes) => host.randomBytes(purpose, bytes),
      files: {
        read: (path) => live(false, () => host.files.read(path)),
        list: (path) => live(false, () => host.files.list(path)),
        replace: (path, file) => live(true, () => host.files.replace(path, file)),
        ship: (path, source) => live(true, () => host.files.ship(path, source)),
        readFolder: (path, expected) => live(false, () => host.files.readFolder(path, expected)),
        setFolder: (path, folder) => live(true, () => host.files.setFolder(path, folder)),
        isShipped: (path, source) => live(false, () => host.files.isShipped(path, source)),
        remove: (path) => live(true, () => host.files.remove(path)),
      },
      processes: {
        run: (program, args, options) =>
          live(!isReading(args), async () => {
            const result = await host.processes.run(program, args, options);
            if (args[0] === 'restart' && args[1] === 'web.service') {
              startedWith = (await host.files.read('/etc/web.conf'))?.content ?? null;
            }
            return result;
          }),
      },
    },
  });
  return {
    charm: {...charm, run: (ports) => charm.run(wrap(ports))},
    effects: () => effects,
    startedWith: () => startedWith,
  };
}

const decision = fc
  .record({
    packages: fc.subarray(['tool', 'web', 'idle']).map((names) => [...new Set([...names, 'web'])]),
    content: fc.constantFrom('a', 'b'),
    others: fc.subarray(['/etc/x', '/etc/y']),
    idle: fc.boolean(),
    data: fc.dictionary(fc.constantFrom('k', 'l'), fc.constantFrom('1', '2', '')),
    ports: fc.subarray(['80/tcp', '81/tcp']),
    workloadVersion: fc.constantFrom('1', '2'),
  })
  .map(({content, others, idle, data, packages, ...rest}): Desired => ({
    ...rest,
    packages: idle ? [...new Set([...packages, 'idle'])] : packages,
    files: [{path: '/etc/web.conf', content}, ...others.map((path) => ({path, content}))],
    services: [
      {name: 'web', isRunning: true, restartWhen: [content]},
      {name: 'idle', isRunning: idle},
    ],
    relationData: [{relationId: 'db:1', scope: 'unit', data: {...data, key: {generate: 'key', bytes: 8}}}],
    statuses: [{status: 'active', message: content}],
  }));

const run = (
  state: UnitState,
  desired: Desired,
  death: Death | null,
): Promise<RunHookResult & {effectCount: number; web: string | null}> => {
  const mortal = createMortal(
    createTiny(() => desired),
    death,
  );
  return runTiny(() => desired, state, {charm: mortal.charm}).then((result) => ({
    ...result,
    effectCount: mortal.effects(),
    web: mortal.startedWith(),
  }));
};

describe('a hook that is killed at any effect', () => {
  it('and run again comes to the same end as one that was not', async () => {
    await fc.assert(
      fc.asyncProperty(decision, decision, fc.boolean(), async (before, after, isAfter) => {
        const start = (await run(createTinyState({relations: [createDb()]}), before, null)).state;
        const whole = await run(start, after, null);
        assert.equal(whole.exitCode, 0);
        for (let at = 1; at <= whole.effectCount; at += 1) {
          const killed = await run(start, after, {at, isAfter});
          assert.equal(killed.exitCode, 1);
          const again = await run(killed.state, after, null);
          assert.equal(again.exitCode, 0);
          assert.deepEqual(getLasting(again), getLasting(whole), `killed at effect ${at}`);
          assert.equal(again.web ?? killed.web, whole.web, 'web runs with what is in its file');
          assert.deepEqual((await run(again.state, after, null)).effects, []);
        }
      }),
      {numRuns: 40},
    );
  });

  it('on its first run leaves nothing that the next one does not know', async () => {
    const desired: Desired = {files: [{path: '/etc/a', content: 'a'}], statuses: []};
    const nothing: Desired = {files: [], statuses: []};
    const whole = await run(createTinyState(), desired, null);
    for (let at = 1; at <= whole.effectCount; at += 1) {
      for (const isAfter of [false, true]) {
        const killed = await run(createTinyState(), desired, {at, isAfter});
        const {state} = await run(killed.state, nothing, null);
        assert.equal(state.host.files['/etc/a'], undefined, `killed at effect ${at}`);
      }
    }
  });

  it('is killed in earnest, or these tests would prove nothing', async () => {
    const desired: Desired = {files: [{path: '/etc/a', content: 'a'}], statuses: []};
    const killed = await run(createTinyState(), desired, {at: 2, isAfter: false});
    assert.deepEqual([killed.exitCode, killed.effects], [1, []]);
  });
});
