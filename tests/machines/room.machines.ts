import assert from 'node:assert/strict';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {setTimeout as sleep} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';

import {createLongProcesses, LocalError, type Layer, type LocalMachineRoom} from '#local';

import {findRemains, NOTHING} from './host-remains.ts';
import {createTestRoom, getBaseLayers, getTestMachine} from './test-room.ts';
import {waitFor} from './waiting.ts';

/** What ends is there until the host's first process has looked at it, which may be a moment later. */
async function assertNothingLeft(folder: string, id: string): Promise<void> {
  const isNothing = async (): Promise<boolean> => isDeepStrictEqual(await findRemains(folder, id), NOTHING);
  await waitFor('the end of all', isNothing, 5).catch(() => undefined);
  assert.deepEqual(await findRemains(folder, id), NOTHING);
}

describe('machines on this host', () => {
  /** In the names that the whole host sees; other models may run beside this one. */
  const id = process.pid.toString(16);
  let data = '';
  let folder = '';
  let room: LocalMachineRoom;
  let layers: readonly Layer[];

  before(async () => {
    layers = await getBaseLayers();
    data = await mkdtemp(join(tmpdir(), 'room-'));
    folder = join(data, 'model');
    room = createTestRoom(folder, id);
    await room.open();
    await room.create({machine: getTestMachine('0', 'tidy-goose', 10), layers, binds: []});
    await room.create({machine: getTestMachine('1', 'fast-hen', 11), layers, binds: []});
    await room.create({machine: getTestMachine('1/lxd/0', 'juju-1-lxd-0', 12), layers, binds: []});
    await Promise.all([room.powerOn('0'), room.powerOn('1')]);
    await room.powerOn('1/lxd/0');
  });

  after(async () => {
    await room.destroyAll();
    await rm(data, {recursive: true, force: true});
  });

  const read = async (machine: string, ...command: string[]): Promise<string> => {
    const {exitCode, stdout, stderr} = await room.run(machine, command);
    assert.equal(exitCode, 0, `${machine}: ${command.join(' ')}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const canReach = async (machine: string, address: string): Promise<boolean> =>
    (await room.run(machine, ['ping', '-c', '1', '-W', '1', address])).exitCode === 0;
  const getPowers = (): Promise<string[]> => Promise.all(['0', '1', '1/lxd/0'].map((one) => room.getPower(one)));
  const getBootId = (machine: string): Promise<string> => read(machine, 'cat', '/proc/sys/kernel/random/boot_id');
  const getNspawn = async (machine: string): Promise<number> => {
    const run = await readFile(join(folder, 'machines', machine.replaceAll('/', '-'), 'run'), 'utf8');
    return Number.parseInt(run.split('\n')[1] ?? '', 10);
  };

  /** Nothing of a machine that is off runs or is mounted; only what is written on its disk, and its name, stay. */
  const assertEnded = async (machine: string): Promise<void> => {
    const look = async (): Promise<readonly string[]> => {
      const {mounts, processes} = await findRemains(join(folder, 'machines', machine), `${id}-${machine}`);
      return [...mounts, ...processes];
    };
    // As in assertNothingLeft.
    await waitFor('the end of all', async () => (await look()).length === 0, 5).catch(() => undefined);
    assert.deepEqual(await look(), []);
  };

  it('boot a whole systemd under their own names', async () => {
    for (const [machine, name] of [
      ['0', 'tidy-goose'],
      ['1/lxd/0', 'juju-1-lxd-0'],
    ] as const) {
      assert.equal(await read(machine, 'hostname'), name);
      assert.equal(await read(machine, 'systemctl', 'list-units', '--failed', '--no-legend'), '');
      assert.equal(await read(machine, 'systemctl', 'is-system-running'), 'running');
    }
    assert.notEqual(await read('0', 'cat', '/etc/machine-id'), await read('1', 'cat', '/etc/machine-id'));
  });

  it('reach each other and the host’s side of every space, and nothing else', async () => {
    for (const from of ['0', '1', '1/lxd/0']) {
      for (const to of ['10', '11', '12', '1'].flatMap((last) => [`10.0.0.${last}`, `10.80.0.${last}`])) {
        assert.ok(await canReach(from, to), `${from} to ${to}`);
      }
      assert.ok(await canReach(from, '10.0.0.205'));
      assert.equal(await read(from, 'ip', 'route', 'show', 'default'), '');
    }
  });

  it('run commands with input, environment and folder, and tell how they ended', async () => {
    const result = await room.run('0', ['sh', '-c', 'cat; echo "$KEY" "$PWD"; exit 3'], {
      stdin: 'given\n',
      environment: {KEY: 'value'},
      workingFolder: '/var/lib',
    });
    assert.deepEqual(result, {exitCode: 3, stdout: 'given\nvalue /var/lib\n', stderr: ''});
    const names = (await read('0', 'env')).split('\n').map((line) => line.split('=')[0]);
    assert.deepEqual(
      names.sort(),
      ['HOME', 'LANG', 'PATH', 'PWD'].filter((name) => names.includes(name)),
    );
  });

  it('end a command inside when its time is over, with what it started', async () => {
    const {exitCode} = await room.run('0', ['sh', '-c', 'sleep 4242 & sleep 4242'], {timeoutMs: 300});
    assert.equal(exitCode, 124);
    assert.equal((await room.run('0', ['pgrep', '-f', '^sleep 4242$'])).exitCode, 1);
  });

  it('tell the lines of a command that goes on, and end a hook with all its processes', async () => {
    const lines: string[] = [];
    const followed = await room.follow('0', ['sh', '-c', 'setsid sleep 4343 & echo ready; sleep 4343'], {
      environment: {JUJU_CONTEXT_ID: 'x-1'},
      workingFolder: '/',
      onLine: (_stream, line) => lines.push(line),
    });
    await waitFor('the first line', () => Promise.resolve(lines.includes('ready')), 10);
    await room.killHook('0', 'x-2');
    assert.equal((await room.run('0', ['pgrep', '-c', '-f', '^sleep 4343$'])).stdout, '2\n');
    await room.killHook('0', 'x-1');
    assert.notEqual((await followed.ended).exitCode, 0);
    assert.equal((await room.run('0', ['pgrep', '-f', '^sleep 4343$'])).exitCode, 1);
  });

  it('share a folder with the host, and keep it and their own files over a power cut; added addresses go', async () => {
    await writeFile(join(room.getJujuFolder('0'), 'from-host'), 'hello');
    assert.equal(await read('0', 'cat', '/var/lib/juju/from-host'), 'hello');
    await read(
      '0',
      'sh',
      '-c',
      'echo kept > /etc/kept; echo 10.0.0.9 other >> /etc/hosts; ip addr add 10.0.0.99/24 dev eth0',
    );
    assert.ok(await canReach('1', '10.0.0.99'));
    await room.powerOff('0');
    assert.equal(await readFile(join(room.getUpperFolder('0'), 'etc/kept'), 'utf8'), 'kept\n');
    assert.ok(!(await canReach('1', '10.0.0.99')));
    await room.powerOn('0');
    assert.equal(await read('0', 'cat', '/etc/kept', '/var/lib/juju/from-host'), 'kept\nhello');
    assert.match(await read('0', 'cat', '/etc/hosts'), /^10\.0\.0\.9 other$/m);
    assert.doesNotMatch(await read('0', 'ip', 'addr'), /10\.0\.0\.99/);
  });

  it('lose their power with their containers at once, and commands inside end', async () => {
    const followed = await room.follow('1/lxd/0', ['sleep', '4444'], {
      environment: {},
      workingFolder: '/',
      onLine: () => undefined,
    });
    await room.powerOff('1');
    assert.deepEqual(await getPowers(), ['on', 'off', 'off']);
    assert.notEqual((await followed.ended).exitCode, 0);
    assert.equal((await room.run('1/lxd/0', ['true'])).exitCode, 127);
    await assert.rejects(room.getEnterCommand('1', ['bash'], {}), new LocalError('machine 1 is off'));
    await assert.rejects(room.powerOn('1/lxd/0'), /machine 1\/lxd\/0 cannot be started: machine 1 is off/);
    await room.powerOn('1');
    assert.deepEqual(await getPowers(), ['on', 'on', 'on']);
    assert.equal(await read('1/lxd/0', 'hostname'), 'juju-1-lxd-0');
  });

  it('lose their carrier when a cable is pulled, and with it their containers their way out; also over a power cut', async () => {
    const getCarrier = (): Promise<string> => read('1', 'cat', '/sys/class/net/eth0/carrier');
    await room.setLinks('1', false);
    assert.equal(await getCarrier(), '0');
    assert.ok(!(await canReach('1/lxd/0', '10.0.0.10')));
    assert.ok(!(await canReach('0', '10.80.0.12')));
    await room.powerOff('1');
    await room.powerOn('1');
    assert.equal(await getCarrier(), '0');
    await room.setLinks('1', true);
    assert.equal(await getCarrier(), '1');
    assert.ok(await canReach('1/lxd/0', '10.0.0.10'));
  });

  it('go off when they are told to inside, and stay off until they are switched on', async () => {
    await room.run('1/lxd/0', ['systemctl', 'poweroff']);
    await waitFor('the end of the container', async () => (await room.getPower('1/lxd/0')) === 'off', 60);
    assert.equal(await room.getPower('1'), 'on');
    await room.run('1', ['systemctl', 'poweroff']);
    await waitFor('the end of the machine', async () => (await room.getPower('1')) === 'off', 60);
    await assertEnded('1');
    await room.powerOn('1');
    assert.deepEqual(await getPowers(), ['on', 'on', 'off'], 'a container that was switched off comes back by itself');
    await room.powerOn('1/lxd/0');
  });

  it('boot again when they reboot inside, with a network as new and their containers', async () => {
    const before = await getBootId('1');
    await read('1', 'ip', 'addr', 'add', '10.0.0.98/24', 'dev', 'eth0');
    await room.run('1', ['systemctl', 'reboot']);
    await waitFor('another boot', async () => (await getBootId('1')) !== before, 60);
    await waitFor('the container', async () => (await read('1/lxd/0', 'hostname')) === 'juju-1-lxd-0', 60);
    assert.doesNotMatch(await read('1', 'ip', 'addr'), /10\.0\.0\.98/);
    assert.deepEqual(await getPowers(), ['on', 'on', 'on']);
  });

  it('go on without a controller, and are taken over by the next one', async () => {
    const before = await getBootId('0');
    await room.close();
    room = createTestRoom(folder, id);
    await room.open();
    assert.deepEqual(await getPowers(), ['on', 'on', 'on']);
    await room.powerOn('0');
    assert.equal(await getBootId('0'), before);
    assert.ok(await canReach('0', '10.0.0.12'));
  });

  it('are off and cleared away when systemd-nspawn is killed, and boot again', async () => {
    process.kill(await getNspawn('1'), 'SIGKILL');
    await waitFor('the end', async () => (await room.getPower('1')) === 'off', 30);
    assert.equal(await room.getPower('1/lxd/0'), 'off');
    await assertEnded('1');
    await room.powerOn('1');
    assert.deepEqual(await getPowers(), ['on', 'on', 'on']);
  });

  it('say why they do not boot, with the end of their console, and leave nothing running', async () => {
    const empty = join(data, 'empty');
    await mkdir(empty, {recursive: true});
    await room.create({machine: getTestMachine('5', 'no-boot', 15), layers: [{id: 'empty', folder: empty}], binds: []});
    await assert.rejects(
      room.powerOn('5'),
      (error) =>
        error instanceof LocalError && /machine 5 does not boot/.test(error.message) && /console/.test(error.message),
    );
    assert.equal(await room.getPower('5'), 'off');
    assert.deepEqual((await findRemains(join(folder, 'machines', '5'), `${id}-5`)).mounts, []);
    await room.destroy('5');
  });

  it('can not be removed before their containers, and leave nothing when they are', async () => {
    await room.create({machine: getTestMachine('6', 'brief-owl', 16), layers, binds: []});
    await room.create({machine: getTestMachine('6/lxd/0', 'brief-owlet', 19), layers, binds: []});
    await room.powerOn('6');
    await room.powerOn('6/lxd/0');
    await assert.rejects(room.destroy('6'), /container 6\/lxd\/0 is still on it/);
    await room.destroy('6/lxd/0');
    await room.destroy('6');
    await assertNothingLeft(join(folder, 'machines', '6'), `${id}-6`);
    await assert.rejects(room.getPower('6'), new LocalError('machine "6" not found'));
  });

  it('are set right by doing it again, or removed, after their controller was killed at any moment', async () => {
    const other = {folder: join(data, 'killed'), id: `${id}0`};
    const script = fileURLToPath(new URL('room-controller.ts', import.meta.url));
    const program = [
      process.execPath,
      '--import',
      'tsx',
      script,
      other.folder,
      other.id,
      JSON.stringify(layers[0]),
    ] as const;
    for (const [round, afterMs] of [0, 60, 150, 300, 500, 800, 1300, 2000, 3000].entries()) {
      const lines: string[] = [];
      const controller = createLongProcesses().follow(program[0], program.slice(1), {
        onLine: (_, line) => lines.push(line),
      });
      await waitFor(
        'the controller at work',
        () => Promise.resolve(lines.includes(round % 2 === 0 ? 'made' : 'booted')),
        60,
      );
      await sleep(afterMs);
      controller.kill('SIGKILL');
      await controller.ended;
      const next = createTestRoom(other.folder, other.id);
      if (round % 3 !== 2) {
        await next.open();
        await next.create({machine: getTestMachine('7', 'short-life', 17), layers, binds: []});
        await next.create({machine: getTestMachine('7/lxd/0', 'shorter-life', 18), layers, binds: []});
        await next.powerOn('7');
        await next.powerOn('7/lxd/0');
        assert.equal((await next.run('7/lxd/0', ['hostname'])).stdout, 'shorter-life\n');
      }
      await next.destroyAll();
      await assertNothingLeft(other.folder, other.id);
    }
  });

  it('leave nothing on the host when the model is removed, running or not, and removing it again is no error', async () => {
    await room.powerOff('0');
    await room.destroyAll();
    await assertNothingLeft(folder, id);
    await room.destroyAll();
  });
});
