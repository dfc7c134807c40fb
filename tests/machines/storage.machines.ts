import assert from 'node:assert/strict';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {putCharm} from './charm-folder.ts';
import {findRemains, NOTHING} from './host-remains.ts';
import {getDataFolder, JujuModel} from './juju.ts';
import {waitFor} from './waiting.ts';

/** Says of each hook whether the unit's storage is there, and has a service that looks for it before all others. */
const NOTE = `#!/bin/bash
for place in /srv/shared /srv/own /srv/late /srv/fixed; do mountpoint -q $place && seen="$seen $place"; done
echo "$JUJU_UNIT_NAME $JUJU_HOOK_NAME$seen $JUJU_STORAGE_ID $JUJU_STORAGE_LOCATION" >>/root/hooks
`;
const EARLY = `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/mountpoint /srv/shared
[Install]
WantedBy=sysinit.target
`;
const hooks = ['start', 'config-changed', 'stop', 'own-storage-detaching', 'own-storage-attached'];
const notes = Object.fromEntries(hooks.map((name) => [`hooks/${name}`, NOTE]));

const SHARER = {
  ...notes,
  'metadata.yaml': `name: sharer
summary: Shares.
description: Shares.
storage:
  shared: {type: filesystem, shared: true, location: /srv/shared, multiple: {range: 0-1}}
  own: {type: filesystem, location: /srv/own}
`,
  'hooks/shared-storage-attached': NOTE,
  'hooks/install': `${NOTE}
cat >/etc/systemd/system/early.service <<'UNIT'
${EARLY}UNIT
systemctl enable early
status-set active "$(storage-list | tr '\\n' ' ')$(storage-get -s $(storage-list shared) location)"
`,
};
const LATE = {
  ...notes,
  'metadata.yaml': `name: late
summary: Comes late.
description: Comes late.
storage:
  own: {type: filesystem, location: /srv/late}
  fixed: {type: filesystem, location: /srv/fixed, read-only: true}
`,
  'hooks/install': NOTE,
};

/** Takes the lock that QEMU takes on an image (of the open file, F_OFD_SETLK), and keeps it. */
const LOCK = `open my $file, "+>>", shift or die; my $lock = pack "s s x4 q q i x4", 1, 0, 0, 0, 0;
fcntl $file, 37, $lock or exit 11; sleep shift;`;

describe('storage on machines', () => {
  const juju = new JujuModel(`tests-storage-${process.pid.toString(36)}`, 'one');
  const folder = join(getDataFolder(), 'controllers', juju.controller, 'models', juju.model);
  let work = '';

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'charms-'));
    await juju.create();
    const charm = await putCharm(work, 'sharer', SHARER);
    await juju.must('deploy', '-m', juju.name, charm, '-n', '2', '--storage', 'shared=rootfs,2G');
  });

  after(async () => {
    await juju.destroy();
    await rm(work, {recursive: true, force: true});
  });

  const shell = (unit: string, script: string): Promise<string> => juju.exec(unit, 'bash', '-c', script);

  /** Whether a unit gets a lock now; what a lock cannot be tried with is an error. */
  async function getsLock(unit: string): Promise<boolean> {
    const code = await shell(unit, `perl -e '${LOCK}' /srv/shared/image 0; echo "ended $?"`);
    assert.match(code, /ended (?:0|11)\n/);
    return code.includes('ended 0\n');
  }

  async function getHostname(machine: string): Promise<string> {
    return (await juju.readStatus()).machines[machine]?.hostname ?? '';
  }

  async function cutPower(machine: string): Promise<void> {
    const hostname = await getHostname(machine);
    await juju.switchPower(hostname, 'off');
    await juju.switchPower(hostname, 'on');
    await waitFor('the machine', async () => {
      const {machines} = await juju.readStatus();
      return machines[machine]?.['juju-status'].current === 'started';
    });
  }

  it('is there before the first hook, and says what it is', async () => {
    const lines = (await shell('sharer/0', 'head -3 /root/hooks')).split('\n');
    assert.match(
      lines[0] ?? '',
      /^sharer\/0 shared-storage-attached \/srv\/shared \/srv\/own shared\/\d \/srv\/shared$/,
    );
    assert.match(lines[1] ?? '', /^sharer\/0 own-storage-attached \/srv\/shared \/srv\/own own\/\d \/srv\/own$/);
    assert.match(lines[2] ?? '', /^sharer\/0 install \/srv\/shared \/srv\/own/);
    const [status] = Object.values((await juju.readStatus()).applications['sharer']?.units ?? {});
    assert.match(status?.['workload-status'].message ?? '', /^own\/\d shared\/\d \/srv\/shared$/);
  });

  it('is one file system for all units where it is shared, and one for each where it is not', async () => {
    const [one, other] = await Promise.all(
      ['sharer/0', 'sharer/1'].map((unit) =>
        shell(unit, 'stat -c "%d:%i %U %a" /srv/shared; stat -c "%d:%i" /srv/own'),
      ),
    );
    const [shared, own] = (one ?? '').split('\n');
    assert.match(shared ?? '', / root 755$/);
    assert.equal((other ?? '').split('\n')[0], shared);
    assert.notEqual((other ?? '').split('\n')[1], own);
    await shell('sharer/0', 'echo text >/srv/shared/file');
    assert.equal(await shell('sharer/1', 'cat /srv/shared/file'), 'text\n');
  });

  it('holds locks between machines, until the power of their owner is cut', async () => {
    await shell('sharer/0', `systemd-run --unit=holder --collect perl -e '${LOCK}' /srv/shared/image 600`);
    await shell('sharer/0', `systemd-run --unit=flock --collect flock /srv/shared/flock sleep 600`);
    await waitFor('the locks', async () => {
      const seen = await shell('sharer/1', 'flock -n /srv/shared/flock true && echo free || echo taken');
      return seen === 'taken\n' && !(await getsLock('sharer/1'));
    });
    await cutPower('0');
    assert.equal(await getsLock('sharer/1'), true);
    await shell('sharer/1', 'flock -n /srv/shared/flock true');
  });

  it('is mounted again before any service when the machine comes back', async () => {
    assert.equal(await shell('sharer/0', 'cat /srv/shared/file; systemctl is-active early'), 'text\nactive\n');
    assert.equal(await shell('sharer/0', 'echo own >/srv/own/file; cat /srv/own/file'), 'own\n');
  });

  it('comes to a machine that runs already, read-only where the charm says so, and stays over a reboot', async () => {
    const charm = await putCharm(work, 'late', LATE);
    await juju.must('deploy', '-m', juju.name, charm, '--to', '0');
    assert.match(await shell('late/0', 'grep "late/0 install" /root/hooks'), /\/srv\/late \/srv\/fixed/);
    assert.match(await shell('late/0', 'touch /srv/fixed/x 2>&1; touch /srv/late/x'), /Read-only file system/);
    await cutPower('0');
    assert.equal(await shell('late/0', 'ls /srv/late; touch /srv/fixed/x 2>/dev/null || echo still'), 'x\nstill\n');
    assert.equal(await shell('sharer/0', 'cat /srv/shared/file'), 'text\n');
  });

  it('is listed with where it is', async () => {
    const table = await juju.must('storage', '-m', juju.name);
    assert.match(table, /^sharer\/0 +shared\/\d +filesystem +rootfs +2\.0 GiB +attached$/m);
    assert.match(table, /^sharer\/1 +shared\/\d +filesystem +rootfs +2\.0 GiB +attached$/m);
  });

  it('goes with its unit, and leaves that of the others', async () => {
    const before = await readdir(join(folder, 'storage'));
    await juju.must('remove-unit', '-m', juju.name, 'late/0');
    await waitFor('the end of late/0', async () => !(await juju.must('status', '-m', juju.name)).includes('late/0'));
    assert.equal((await readdir(join(folder, 'storage'))).length, before.length - 2);
    assert.equal(
      await shell('sharer/0', 'mountpoint -q /srv/late || cat /srv/shared/file /srv/own/file'),
      'text\nown\n',
    );
    await cutPower('0');
    assert.equal(await shell('sharer/0', 'cat /srv/shared/file'), 'text\n');
  });

  it('is gone from the host with its model', async () => {
    const groups = (await findRemains(folder, 'none')).processes.join('\n');
    const id = /jl-([0-9a-f]{8})/.exec(groups)?.[1] ?? 'none';
    assert.notEqual(id, 'none');
    await juju.must('destroy-model', juju.name);
    await waitFor('the end of all', async () => (await findRemains(folder, id)).processes.length === 0, 10);
    assert.deepEqual(await findRemains(folder, id), NOTHING);
  });
});
