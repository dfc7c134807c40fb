import assert from 'node:assert/strict';
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';

import {createProcesses, type CommandResult} from '#charm';
import {putCharm} from './charm-folder.ts';
import {CONTROLLER, killProcesses} from './controller-processes.ts';
import {findRemains, NOTHING} from './host-remains.ts';
import {getDataFolder, getUnits, JujuModel, root} from './juju.ts';
import {createSeededChance} from './seeded-chance.ts';
import {waitFor} from './waiting.ts';

const COMMAND = join(root, 'lib/local/bin/juju-local.mjs');

/** A charm of a few hooks that installs a package nobody else has. */
const GREETER: Readonly<Record<string, string>> = {
  'metadata.yaml': 'name: greeter\nsummary: Greets.\ndescription: Greets.\n',
  'hooks/install':
    '#!/bin/bash\nset -e\ncommand -v hello && juju-log "hello was there"\nstatus-set maintenance installing\n' +
    'apt-get update -q\napt-get install -qy hello\nstatus-set active "$(hello)"\n',
  'hooks/start': '#!/bin/bash\njuju-log "begins"\n',
  'hooks/config-changed': '#!/bin/bash\nsleep 1\n',
};

describe('a controller of machines', () => {
  const juju = new JujuModel(`tests-kills-${process.pid.toString(36)}`, 'one');
  const home = join(getDataFolder(), 'controllers', juju.controller);
  let work = '';
  let greeter = '';

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'charms-'));
    greeter = await putCharm(work, 'greeter', GREETER);
    await juju.create();
    await juju.must('deploy', '-m', juju.name, greeter, '-n', '2');
    await juju.must('deploy', '-m', juju.name, greeter, 'inner', '--to', 'lxd:0');
  });

  after(async () => {
    await juju.destroy();
    await rm(work, {recursive: true, force: true});
  });

  const getCharmOf = (name: string): Promise<string> =>
    putCharm(work, name, {...GREETER, 'metadata.yaml': `name: ${name}\nsummary: x\ndescription: x\n`});

  const readMessages = async (unit: string): Promise<string> =>
    juju.must('debug-log', '-m', juju.name, '--replay', '--include', `unit-${unit.replace('/', '-')}`);

  const countStarts = async (unit: string): Promise<number> =>
    [...(await readMessages(unit)).matchAll(/ran "start" hook/g)].length;

  const kill = (pattern: RegExp): Promise<number> => killProcesses(juju.controller, pattern);
  const GATEWAY = /gateway\.mjs/;
  const NSPAWN = /^systemd-nspawn/;

  /** What hooks run on a model's machines, with all they started. */
  const killHooks = async (model: JujuModel): Promise<void> => {
    const {machines} = await model.readStatus();
    const room = model.enterRoom();
    for (const id of Object.keys(machines)) await room.killHook(id);
  };

  const isActive = async (): Promise<boolean> => {
    const units = [...getUnits(await juju.readStatus()).values()];
    return units.length > 0 && units.every((unit) => unit['workload-status'].current === 'active');
  };

  const assertNothingLeft = async (folder: string, id: string): Promise<void> => {
    const look = async (): Promise<boolean> => isDeepStrictEqual(await findRemains(folder, id), NOTHING);
    await waitFor('the end of all', look, 10).catch(() => undefined);
    assert.deepEqual(await findRemains(folder, id), NOTHING);
  };

  /** Refused with one line and no trace of the program's inside. */
  const assertRefused = ({exitCode, stderr}: CommandResult, reason: RegExp): void => {
    assert.notEqual(exitCode, 0, stderr);
    const errors = stderr.split('\n').filter((line) => line.startsWith('ERROR'));
    assert.equal(errors.length, 1, stderr);
    assert.match(errors[0] ?? '', reason);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  };

  it('has units that ran their hooks, also in a container', async () => {
    const units = getUnits(await juju.readStatus());
    assert.deepEqual([...units.keys()].sort(), ['greeter/0', 'greeter/1', 'inner/0']);
    assert.ok(await isActive());
    assert.equal(units.get('inner/0')?.machine, '0/lxd/0');
  });

  it('gives back what commands on machines print and end with', async () => {
    const seen = await juju.run('ssh', '-m', juju.name, 'greeter/0', 'hello; exit 7');
    assert.deepEqual([seen.exitCode, seen.stdout], [7, 'Hello, world!\n']);
    assert.equal((await juju.run('exec', '-m', juju.name, '--unit', 'inner/0', '--', 'false')).exitCode, 1);
    assert.equal(await juju.exec('greeter/1', 'unit-get', 'private-address'), '10.0.0.11\n');
    assertRefused(await juju.run('ssh', '-m', juju.name, 'greeter/7', 'true'), /unit "greeter\/7" not found/);
  });

  it('lets machines have packages, and nothing else of the world outside', async () => {
    await juju.exec('greeter/1', 'apt-get', 'install', '-qy', 'tree');
    assert.match(await juju.exec('greeter/1', 'tree', '--version'), /^tree v/);
    assert.equal(await juju.exec('greeter/1', 'ip', 'route', 'show', 'default'), '');
    const away = await juju.run(
      'exec',
      '-m',
      juju.name,
      '--unit',
      'greeter/1',
      '--',
      'ping',
      '-c1',
      '-W1',
      '192.0.2.1',
    );
    assert.match(away.stderr, /unreachable/);
  });

  it('boots later machines with what the charm installed on the first', async () => {
    await juju.must('add-unit', '-m', juju.name, 'greeter');
    assert.match(await readMessages('greeter/2'), /hello was there/);
    await juju.must('remove-unit', '-m', juju.name, 'greeter/2');
    const {machines} = await juju.readStatus();
    assert.deepEqual(Object.keys(machines), ['0', '1']);
    await assert.rejects(readdir(join(home, 'models/one/machines/2')));
  });

  it('refuses bad charms with one line, and goes on as before', async () => {
    const before = (await juju.readStatus()).applications;
    const deploy = (path: string): Promise<CommandResult> => juju.run('deploy', '-m', juju.name, path);
    const other = await putCharm(work, 'cent', {
      'metadata.yaml': 'name: cent\nsummary: x\ndescription: x\n',
      'manifest.yaml': 'bases:\n- {name: centos, channel: "7", architectures: [amd64]}\n',
      'hooks/install': '#!/bin/bash\n',
    });
    assertRefused(await deploy(other), /"cent" needs centos@7, and machines here have/);
    const empty = await putCharm(work, 'empty', {'metadata.yaml': 'name: empty\nsummary: x\ndescription: x\n'});
    assertRefused(await deploy(empty), /neither dispatch nor hooks/);
    await writeFile(join(work, 'damaged.charm'), 'PK no more than that');
    assertRefused(await deploy(join(work, 'damaged.charm')), /damaged\.charm: archive is damaged/);
    assertRefused(await deploy(join(work, 'missing.charm')), /missing\.charm/);
    assertRefused(await juju.run('bootstrap', 'machines', juju.controller), /already exists/);
    assert.deepEqual((await juju.readStatus()).applications, before);
  });

  it('does not exist for who is not root', async () => {
    // Somebody else by name alone, since the checkout may lie in a folder of root's own.
    const nobody = ['--user', '--map-user=65534', '--map-group=65534'];
    const result = await createProcesses().run(
      'unshare',
      [...nobody, process.execPath, COMMAND, 'bootstrap', 'machines', 'mine'],
      {environment: {JUJU_LOCAL_DATA: join(tmpdir(), `nobody-${String(process.pid)}`)}},
    );
    assertRefused(result, /needs root/);
    await assert.rejects(readdir(join(tmpdir(), `nobody-${String(process.pid)}`)));
  });

  it('says what base a charm gets that was made for another', async () => {
    const {stderr} = await juju.run('deploy', '-m', juju.name, greeter, 'dry', '--dry-run');
    assert.equal([...stderr.matchAll(/^Charm "greeter" is for ubuntu@\S+, and runs on \S+ here/gm)].length, 1);
  });

  it('goes on when its user stops waiting', async () => {
    const charm = await getCharmOf('patient');
    const deploying = juju.follow('deploy', '-m', juju.name, charm);
    await waitFor('the unit', () => Promise.resolve(/^Deploying/m.test(deploying.getText())));
    deploying.process.kill('SIGINT');
    assert.equal((await deploying.process.ended).exitCode, 130);
    assert.match(deploying.getText(), /interrupted: the work goes on/);
    await waitFor('the unit’s end', isActive);
    await juju.must('remove-application', '-m', juju.name, 'patient');
  });

  it('finds its machines again when all of it was killed at once, and tells their units of the boot', async () => {
    const before = await Promise.all(['greeter/0', 'greeter/1', 'inner/0'].map(countStarts));
    assert.ok((await kill(/bin\/controller\.mjs|gateway\.mjs|^systemd-nspawn/)) >= 5);
    await juju.must('status', '-m', juju.name);
    const isBack = async (): Promise<boolean> => {
      const now = await Promise.all(['greeter/0', 'greeter/1', 'inner/0'].map(countStarts));
      return now.every((count, index) => count === (before[index] ?? 0) + 1);
    };
    await waitFor('another start of each unit', isBack);
    assert.ok(await isActive());
    await juju.exec('greeter/0', 'apt-get', 'update');
  });

  it('starts the gateway again that machines reach their MAAS and packages through', async () => {
    assert.equal(await kill(GATEWAY), 1);
    const isAnswered = async (): Promise<boolean> =>
      (await juju.run('ssh', '-m', juju.name, 'greeter/0', 'curl -sS http://10.0.0.205/MAAS/api/2.0/machines/'))
        .exitCode === 0;
    await waitFor('the MAAS', isAnswered);
    assert.match(
      await juju.must('debug-log', '-m', juju.name, '--replay'),
      /controller-0: .* gateway .* started again/,
    );
  });

  it('leaves a machine off that was switched off, also under the next process', async () => {
    const isOff = async (): Promise<boolean> =>
      (await juju.readStatus()).machines['1']?.['juju-status'].current === 'down';
    const name = (await juju.readStatus()).machines['1']?.['instance-id'] ?? '';
    await juju.switchPower(name, 'off');
    await waitFor('the machine’s end', isOff);
    assert.equal(await kill(CONTROLLER), 1);
    await juju.must('status', '-m', juju.name);
    // The controller comes to machine 0 and its container after that.
    await juju.exec('inner/0', 'true');
    assert.equal(await juju.readPower(name), 'off');
    assert.ok(await isOff());
    await juju.switchPower(name, 'on');
    await waitFor('the unit', isActive);
  });

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`goes on after a kill at any moment, and can be removed after one (${String(seed)})`, async () => {
      const chance = createSeededChance(seed);
      const next = (below: number): number => Math.floor(chance() * below);
      const targets = [
        CONTROLLER,
        GATEWAY,
        NSPAWN,
        /(?:apt-get|dpkg|sleep)\b/,
        CONTROLLER,
        /mmdebstrap|chroot|unshare/,
      ];
      const own = new JujuModel(juju.controller, `kill${String(seed)}`);
      await juju.must('add-model', '--controller', juju.controller, own.model);
      const charm = await getCharmOf(`victim${String(seed)}`);
      const deploying = own.run('deploy', '-m', own.name, charm, '-n', '2');
      await sleep(1_000 + next(9_000));
      const target = targets[seed - 1] ?? null;
      if (target === null) await killHooks(own);
      else await kill(target);
      await deploying;
      if (seed % 2 === 1) {
        const status = await own.readStatus();
        if (!(`victim${String(seed)}` in status.applications))
          await own.run('deploy', '-m', own.name, charm, '-n', '2');
        // A machine that crashed is seen to by the next call that changes anything.
        await own.must('config', '-m', own.name, `victim${String(seed)}`, 'trust=false');
        await waitFor('all units', async () => {
          const units = [...getUnits(await own.readStatus()).values()];
          return units.length === 2 && units.every((unit) => unit['workload-status'].current === 'active');
        });
      } else {
        await kill(CONTROLLER);
      }
      const removing = own.run('destroy-model', own.name);
      if (seed % 3 === 0) {
        await sleep(next(3_000));
        await kill(CONTROLLER);
      }
      await removing;
      const isGone = async (): Promise<boolean> => !(await juju.must('models', '--format', 'json')).includes(own.model);
      if (!(await isGone())) await own.run('destroy-model', own.name);
      await waitFor('the end of the model', isGone);
      await assertNothingLeft(own.place.folder, own.place.id);
    });
  }

  it('leaves nothing when it is removed, though its process was killed before', async () => {
    const {id} = juju.place;
    await kill(CONTROLLER);
    await juju.must('kill-controller', juju.controller);
    await assertNothingLeft(home, id);
  });
});
