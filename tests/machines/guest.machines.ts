import assert from 'node:assert/strict';
import {copyFile, mkdtemp, open, readFile, rm, writeFile} from 'node:fs/promises';
import {createConnection} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createLongProcesses} from '#local';

import {buildImage} from '../guest/image.ts';
import {encodeBlock, findLosses, readJournal, type Journal} from '../guest/journal.ts';
import {FIRST_SECTOR, getCapacity, SECTOR} from '../guest/layout.ts';
import {waitFor} from './waiting.ts';

const CAPACITY = getCapacity(1024 * 1024);

type Guest = ReturnType<ReturnType<typeof createLongProcesses>['follow']>;

/** The guest of tests/guest under real QEMUs, as libvirt starts them for nova: SeaBIOS on a `pc`, without KVM. */
describe('the guest that writes numbered blocks', () => {
  const guests: Guest[] = [];
  let folder: string;
  let disk: string;
  let lines: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guest-'));
    disk = join(folder, 'disk');
    lines = [];
    await writeFile(disk, buildImage(1));
  });

  afterEach(async () => {
    await Promise.all(guests.splice(0).map(kill));
    await rm(folder, {recursive: true, force: true});
  });

  function boot({from = disk, bus = 'virtio', more = [] as readonly string[]} = {}): Guest {
    const machine = ['-machine', 'pc,accel=tcg', '-m', '64', '-nodefaults', '-display', 'none', '-vga', 'std'];
    const drive = ['-drive', `file=${from},format=raw,if=${bus},cache=writeback,file.locking=off`];
    const guest = createLongProcesses().follow(
      'qemu-system-x86_64',
      [...machine, ...drive, '-serial', 'stdio', ...more],
      {onLine: (_, line) => lines.push(line)},
    );
    guests.push(guest);
    return guest;
  }

  async function kill(guest: Guest): Promise<void> {
    guest.kill('SIGKILL');
    await guest.ended;
  }

  async function read(from = disk): Promise<Journal> {
    return readJournal(await readFile(from));
  }

  /** Waits until a guest has written so many blocks more, or other than, those that are there. */
  async function waitForBlocks(count: number, from = disk): Promise<void> {
    const {blocks: before} = await read(from);
    const target = (before.at(-1)?.number ?? 0) + count;
    await waitFor(`block ${String(target)}`, async () => ((await read(from)).blocks.at(-1)?.number ?? 0) >= target, 60);
  }

  /** As guests have left a disk whose newest block has this number. */
  async function writeBlocks(last: number): Promise<void> {
    const file = await open(disk, 'r+');
    for (let number = Math.max(1, last - CAPACITY + 1); number <= last; number += 1) {
      const block = encodeBlock({number, generation: 1, identity: 1, tick: 2 * number, clashes: 0});
      await file.write(block, 0, SECTOR, (FIRST_SECTOR + ((number - 1) % CAPACITY)) * SECTOR);
    }
    await file.close();
  }

  it('goes on after each kill, on either kind of disk, and loses nothing', async () => {
    let before = await read();
    for (const bus of ['virtio', 'ide', 'virtio']) {
      const guest = boot({bus});
      await waitForBlocks(20);
      await kill(guest);
      const after = await read();
      assert.deepEqual(after.problems, []);
      assert.deepEqual(findLosses(before, after), []);
      before = after;
    }
    assert.deepEqual(
      before.generations.map(({generation}) => generation),
      [1, 2, 3],
    );
    const second = before.generations[1]?.first ?? 0;
    assert.ok(lines.includes(`guest: generation 2 writes from block ${String(second)}`));
  });

  it('writes again the block that was torn when it was killed', async () => {
    await writeBlocks(40);
    const torn = encodeBlock({number: 41, generation: 1, identity: 1, tick: 82, clashes: 0}).subarray(0, 100);
    const file = await open(disk, 'r+');
    await file.write(torn, 0, torn.length, (FIRST_SECTOR + 40) * SECTOR);
    await file.close();
    boot();
    await waitForBlocks(5);
    const {problems, generations} = await read();
    assert.deepEqual(problems, []);
    assert.equal(generations[1]?.first, 41);
  });

  it('goes round when its disk is full', async () => {
    await writeBlocks(3 * CAPACITY - 5);
    const before = await read();
    boot();
    await waitForBlocks(20);
    const after = await read();
    assert.deepEqual(after.problems, []);
    assert.deepEqual(findLosses(before, after), []);
    assert.equal(after.generations[1]?.first, 3 * CAPACITY - 4);
    assert.ok(after.blocks.length >= CAPACITY - 1);
  });

  it('is found when it runs twice on one disk, even after one of the two has died', async () => {
    const first = boot();
    await waitForBlocks(20);
    boot();
    await waitFor('two generations', () => Promise.resolve(lines.some((line) => line.includes('generation 2'))), 60);
    await waitForBlocks(20);
    await kill(first);
    await waitForBlocks(40);
    const {problems} = await read();
    assert.ok(
      problems.some((problem) => problem.includes('written already')),
      problems.join('\n'),
    );
  });

  it('is found when two disks that went apart are made one', async () => {
    const first = boot();
    await waitForBlocks(20);
    await kill(first);
    const other = join(folder, 'other');
    await copyFile(disk, other);
    const pair = [boot(), boot({from: other})];
    await Promise.all([waitForBlocks(20), waitForBlocks(20, other)]);
    await Promise.all(pair.map(kill));
    const merged = await readFile(disk);
    const apart = await readFile(other);
    for (let sector = FIRST_SECTOR; sector < FIRST_SECTOR + 40; sector += 2) {
      apart.copy(merged, sector * SECTOR, sector * SECTOR, (sector + 1) * SECTOR);
    }
    assert.deepEqual((await read()).problems, []);
    assert.ok(readJournal(merged).problems.some((problem) => problem.includes('by another guest')));
  });

  it('turns itself off when its power button is pressed', async () => {
    const socket = join(folder, 'qmp');
    const guest = boot({more: ['-qmp', `unix:${socket},server=on,wait=off`]});
    await waitForBlocks(5);
    const monitor = createConnection(socket);
    monitor.write('{"execute": "qmp_capabilities"}\n{"execute": "system_powerdown"}\n');
    monitor.resume();
    assert.deepEqual(await guest.ended, {exitCode: 0, reason: null});
    assert.ok(lines.includes('guest: power button, off'));
    assert.deepEqual((await read()).problems, []);
  });
});
