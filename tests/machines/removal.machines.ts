import assert from 'node:assert/strict';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {putCharm} from './charm-folder.ts';
import {killProcesses} from './controller-processes.ts';
import {getDataFolder, getUnits, JujuModel} from './juju.ts';
import {waitFor} from './waiting.ts';

/** A charm that hangs in `start`, and in whatever runs behind it. */
const HANGING: Readonly<Record<string, string>> = {
  'metadata.yaml': 'name: hanging\nsummary: Hangs.\ndescription: Hangs.\n',
  'hooks/install': '#!/bin/bash\nstatus-set active\n',
  'hooks/start': '#!/bin/bash\nsleep 100000 & wait\n',
  'hooks/stop': '#!/bin/bash\nsleep 100000\n',
};

describe('a unit whose hook hangs', () => {
  const juju = new JujuModel(`tests-removal-${process.pid.toString(36)}`, 'one');
  const machines = join(getDataFolder(), 'controllers', juju.controller, 'models/one/machines');
  let work = '';

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'charms-'));
    const charm = await putCharm(work, 'hanging', HANGING);
    await juju.create();
    const deploying = juju.follow('deploy', '-m', juju.name, charm, '-n', '2');
    await waitFor('the hooks', hang);
    deploying.process.kill('SIGINT');
    await deploying.process.ended;
  });

  after(async () => {
    await juju.destroy();
    await rm(work, {recursive: true, force: true});
  });

  /** Whether both units are in the hook that never ends. */
  const hang = async (): Promise<boolean> => {
    const log = await juju.must('debug-log', '-m', juju.name, '--replay');
    return ['hanging/0', 'hanging/1'].every((unit) => {
      const entity = `unit-${unit.replace('/', '-')}`;
      return new RegExp(`^${entity}: .* ran "config-changed" hook|^${entity}: .* skipped "config-changed"`, 'm').test(
        log,
      );
    });
  };

  const getMachineMessage = async (id: string): Promise<string> =>
    (await juju.readStatus()).machines[id]?.['machine-status']?.message ?? '';

  it('goes at once by force without waiting, and who waited for its machine was told for what', async () => {
    const waiting = juju.follow('exec', '-m', juju.name, '--unit', 'hanging/0', '--', 'true');
    await waitFor('the line', () => Promise.resolve(waiting.getText() !== ''), 30);
    assert.equal(waiting.getText(), "Waiting for hanging/0's start hook on machine 0...");
    const removing = juju.follow('remove-unit', '-m', juju.name, 'hanging/0', '--force', '--no-wait', '--no-prompt');
    const isGone = async (): Promise<boolean> => !getUnits(await juju.readStatus()).has('hanging/0');
    await waitFor('the end of the unit', isGone, 30);
    removing.process.kill('SIGINT');
    await Promise.all([removing.process.ended, waiting.process.ended]);
    await waitFor('the end of the machine', async () => !(await readdir(machines)).includes('0'), 30);
  });

  it('goes by force after a minute in which its hooks did not end, which it is told in its log', async () => {
    await juju.must('remove-application', '-m', juju.name, 'hanging', '--force', '--no-prompt');
    assert.deepEqual((await juju.readStatus()).applications, {});
    await waitFor('the end of the machine', async () => (await readdir(machines)).length === 0, 30);
    const log = await juju.must('debug-log', '-m', juju.name, '--replay', '--include', 'unit-hanging-1');
    assert.match(log, /hook "start" .* failed: signal: killed\n/);
    assert.match(log, /skipped "stop" hook \(the unit is removed by force\)\n/);
  });

  it('is not what keeps a machine that crashed down: status says how it ended, and the next change boots it again', async () => {
    const charm = await putCharm(work, 'calm', {
      ...HANGING,
      'metadata.yaml': 'name: calm\nsummary: x\ndescription: x\n',
      'hooks/start': '#!/bin/bash\n',
      'hooks/stop': '#!/bin/bash\n',
    });
    await juju.must('deploy', '-m', juju.name, charm);
    const [id = ''] = Object.keys((await juju.readStatus()).machines);
    assert.equal(await getMachineMessage(id), 'Deployed');
    assert.equal(await killProcesses(juju.controller, /^systemd-nspawn/), 1);
    const crashed =
      'Deployed; the machine crashed: systemd-nspawn was ended by SIGKILL; the next change boots it again';
    await waitFor('the crash', async () => (await getMachineMessage(id)) === crashed, 30);
    await juju.must('config', '-m', juju.name, 'calm', 'trust=true');
    await waitFor('the boot', async () => (await getMachineMessage(id)) === 'Deployed', 60);
    const log = await juju.must('debug-log', '-m', juju.name, '--replay', '--include', `machine-${id}`);
    assert.match(log, /WARNING .*the machine crashed: systemd-nspawn was ended by SIGKILL/);
    await juju.run('ssh', '-m', juju.name, id, 'systemctl poweroff');
    await waitFor('the end', async () => (await getMachineMessage(id)) === 'Deployed; the machine is switched off', 60);
  });
});
