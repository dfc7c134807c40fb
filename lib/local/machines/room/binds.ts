import type {CommandResult} from '#charm';

import {LocalError} from '../../errors.ts';
import type {Bind, MachinePorts} from '../ports.ts';
import {enter, runInside} from './inside.ts';
import {findMachineLeader} from './power.ts';
import {readRecord, writeRecord} from './record.ts';

/**
 * A folder of the host can be mounted in another mount namespace only as a mount that hangs nowhere yet: `open_tree` makes one of
 * it here (call 428, with OPEN_TREE_CLONE), and `move_mount` hangs it up there (call 429, of an open file: 4, following a link: 16),
 * both of Linux 5.2, the same numbers on all machines. The open file goes along through the two programs between.
 */
const MOVE =
  'my ($tree, $to) = @ARGV; my $none = ""; syscall(429, $tree + 0, $none, -100, $to, 20) == 0 or die "$!\\n";';
const OPEN =
  'my $from = shift; my $tree = syscall(428, -100, $from, 1); $tree >= 0 or die "$from: $!\\n"; ' +
  'exec(@ARGV, $tree) or die "$ARGV[0]: $!\\n";';

/** `sh -c HANG_UP sh TO MODE MOVE TREE`, inside; what is mounted there stays. */
const HANG_UP = `
mountpoint -q "$1" || { mkdir -p "$1" && perl -e "$3" "$4" "$1"; } || exit
[ "$2" = rw ] || mount -o remount,bind,ro "$1"
`;

/** `sh -c TAKE_DOWN sh TO`, inside. Services may still have files open there, which they keep. */
const TAKE_DOWN = 'mountpoint -q "$1" || exit 0; exec umount --lazy "$1"';

const LIMIT_MS = 30_000;

/** See `MachineRoom.setBinds`. What was begun by somebody who was killed is brought to its end. */
export async function setMachineBinds(
  {ports, folder}: {readonly ports: MachinePorts; readonly folder: string},
  machine: string,
  binds: readonly Bind[],
): Promise<void> {
  const record = await readRecord(folder, machine);
  const gone = record.spec.binds.filter((old) => !binds.some((bind) => isSame(old, bind)));
  // First: whatever happens next, no boot is without what it is to have.
  await writeRecord(folder, {...record, spec: {...record.spec, binds}});
  const leader = await findMachineLeader(folder, machine);
  if (leader === null) return;
  for (const {to} of gone) check(machine, await runInside(ports, leader, ['sh', '-c', TAKE_DOWN, 'sh', to]));
  for (const bind of binds) {
    const [program = '', ...args] = getMountCommand(leader, bind);
    check(machine, await ports.processes.run(program, args, {timeoutMs: LIMIT_MS}));
  }
}

function isSame(one: Bind, other: Bind): boolean {
  return one.from === other.from && one.to === other.to && one.isWritable === other.isWritable;
}

/** The whole argument list that mounts a folder of the host in a running machine. */
export function getMountCommand(leader: number, {from, to, isWritable}: Bind): readonly string[] {
  const inside = ['sh', '-c', HANG_UP, 'sh', to, isWritable ? 'rw' : 'ro', MOVE];
  return ['perl', '-e', OPEN, from, ...enter(leader), ...inside];
}

function check(machine: string, {exitCode, stderr}: CommandResult): void {
  if (exitCode === 0) return;
  throw new LocalError(`machine ${machine} does not get what it is to see of the host: ${stderr.trim()}`);
}
