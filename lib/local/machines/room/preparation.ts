import {lstat, mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import {randomBytes} from 'node:crypto';
import {dirname, join} from 'node:path';

import type {MachineState} from '../../model/state.ts';
import type {MachinePaths} from './names.ts';

/** What a machine has of its own before it boots for the first time, by path from its root. */
export interface Preparation {
  readonly files: Readonly<Record<string, string>>;
  readonly masked: readonly string[];
}

/**
 * Units that make no sense in a container or disturb it: there is no hardware, the network is set up from outside, nobody sits
 * at the console, and apt must not be busy when a charm calls it. The path units would each take one of the few inotify instances
 * that the host gives all of root's processes together (fs.inotify.max_user_instances, 128).
 */
const MASKED = [
  'systemd-udevd.service',
  'systemd-udevd-control.socket',
  'systemd-udevd-kernel.socket',
  'systemd-udev-trigger.service',
  'systemd-udev-settle.service',
  'systemd-networkd-wait-online.service',
  'console-getty.service',
  'systemd-ask-password-console.path',
  'systemd-ask-password-wall.path',
  'apt-daily.timer',
  'apt-daily.service',
  'apt-daily-upgrade.timer',
  'apt-daily-upgrade.service',
  'unattended-upgrades.service',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'man-db.timer',
  'motd-news.timer',
];

/** The name server list is empty: one that can not be reached would add seconds to each look-up. */
export function getPreparation(machine: MachineState, machineId: string): Preparation {
  const own = machine.interfaces[0]?.address;
  const hosts = [
    '127.0.0.1 localhost',
    ...(own === undefined ? [] : [`${own} ${machine.hostname}`]),
    '::1 localhost ip6-localhost ip6-loopback',
  ];
  return {
    files: {
      'etc/hostname': `${machine.hostname}\n`,
      'etc/hosts': hosts.map((line) => `${line}\n`).join(''),
      'etc/machine-id': `${machineId}\n`,
      'etc/resolv.conf': '',
    },
    masked: MASKED,
  };
}

/** 32 hexadecimal digits, as machine-id(5) wants them. */
export function createMachineId(): string {
  return randomBytes(16).toString('hex');
}

/** Makes the folders of a machine and puts what is its own into its upper layer, over what its layers have there. */
export async function prepareNew({folder, upper, work, root, juju}: MachinePaths, wanted: Preparation): Promise<void> {
  await mkdir(folder, {recursive: true, mode: 0o700});
  for (const path of [upper, work, root, juju]) await mkdir(path, {mode: 0o755});
  const units = join(upper, 'etc', 'systemd', 'system');
  await mkdir(units, {recursive: true, mode: 0o755});
  for (const unit of wanted.masked) await symlink('/dev/null', join(units, unit));
  await mkdir(join(upper, 'etc', 'apt', 'apt.conf.d'), {recursive: true, mode: 0o755});
  for (const [path, text] of Object.entries(wanted.files)) await writeNew(join(upper, path), text);
}

/** Puts back what is missing before a boot; what somebody wrote in the machine stays, also an empty file. */
export async function fillIn(root: string, {files}: Preparation): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const target = join(root, path);
    // A link in the machine's place of a folder would lead to the host.
    if ((await isFolder(dirname(target))) && !(await isThere(target))) await writeNew(target, text);
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  await rm(path, {force: true});
  await writeFile(path, text, {mode: 0o644, flag: 'wx'});
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() ?? false;
}

/** A link that leads nowhere is there too. */
async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
