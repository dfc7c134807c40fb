import assert from 'node:assert/strict';

import {CREDENTIALS, FakeCloud} from './cloud.fixture.ts';
import {REPORT_NAME} from './paths.ts';
import {getLastingGaps, parseReport} from './protection.ts';
import {watchProtection} from './watch.ts';
import {createMemoryFiles} from './world.fixture.ts';

const T0 = Date.UTC(2026, 10, 23, 1, 0, 0);
const MINUTE = 60_000;

class Scene {
  now = T0;
  readonly cloud = new FakeCloud(() => this.now, ['c1', 'c2']);
  readonly files = new Map<string, string>();
  readonly printed: string[] = [];
  connected: ReadonlySet<string> | null = new Set(['c1', 'c2']);

  /** Looks, and gives what the status would tell. */
  async look(): Promise<readonly string[]> {
    const status = await watchProtection({
      readCredentials: () => JSON.stringify(CREDENTIALS),
      send: (request) => Promise.resolve(this.cloud.answer(request)),
      clock: {now: () => this.now, sleep: () => Promise.resolve()},
      print: (line) => this.printed.push(line),
      readConnected: () => Promise.resolve(this.connected),
      report: createMemoryFiles(this.files),
    });
    assert.equal(status, 0);
    const report = parseReport(this.files.get(REPORT_NAME) ?? '');
    return getLastingGaps(report, this.now).map(({host, reason}) => `${host}: ${reason}`);
  }
}

describe('the look for computes that nobody would recover', () => {
  it('finds a host that was left on maintenance, at the second look', async () => {
    const scene = new Scene();
    scene.cloud.onMaintenance.set('c2', true);
    assert.deepEqual(await scene.look(), []);
    scene.now += 5 * MINUTE;
    assert.deepEqual(await scene.look(), ['c2: on maintenance']);
    assert.deepEqual(scene.printed, ['c2: on maintenance']);
    scene.cloud.onMaintenance.set('c2', false);
    assert.deepEqual(await scene.look(), []);
  });

  it('does not count the time in which Masakari recovers it', async () => {
    const scene = new Scene();
    scene.cloud.accept('c1', T0);
    scene.cloud.recover('c1');
    await scene.look();
    assert.deepEqual(scene.printed, []);
    scene.now += 5 * MINUTE;
    assert.deepEqual(await scene.look(), []);
    assert.deepEqual(scene.printed, ['c1: on maintenance']);
  });

  it('asks nobody while the cluster does not answer, and leaves what was found where an API does not', async () => {
    const scene = new Scene();
    scene.connected = null;
    await scene.look();
    assert.deepEqual([scene.cloud.asked, [...scene.files.keys()]], [[], []]);
    scene.connected = new Set(['c1']);
    await scene.look();
    const before = scene.files.get(REPORT_NAME);
    scene.cloud.faults.set('GET nova', {status: 503, body: ''});
    scene.now += MINUTE;
    await scene.look();
    assert.equal(scene.files.get(REPORT_NAME), before);
    assert.match(scene.printed.at(-1) ?? '', /^protection is not looked at: Nova answers GET os-services with 503/);
  });
});
