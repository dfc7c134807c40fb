import type {AgentPaths} from './agent-paths.ts';

/**
 * Mounts a unit's charm where it is not mounted: after a boot, and after the unit got another charm. Says what to run for a hook or
 * an action: juju's `dispatch`, else the file of that name; `nothing` when there is none, `missing` when there is no charm.
 *
 * The features of overlayfs that bind the upper folder to one lower folder are off: an upgrade changes the lower one.
 */
const SCRIPT = `
lower=$1 upper=$2 work=$3 target=$4 path=$5
mounted=
while read -r id parent device root place rest; do
  if [ "$place" = "$target" ]; then mounted=$rest; fi
done </proc/self/mountinfo
case $mounted in
  '' | *"lowerdir=$lower,"*) ;;
  *) umount --lazy "$target" || exit 1; mounted= ;;
esac
if [ -z "$mounted" ]; then
  options=index=off,metacopy=off,redirect_dir=off,xino=off
  mount -t overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$work,$options" juju-charm "$target" || exit 1
fi
cd "$target" && [ -e metadata.yaml ] || { echo missing; exit 0; }
[ -n "$path" ] || exit 0
if [ -e dispatch ]; then path=dispatch; fi
if [ ! -e "$path" ]; then echo nothing; exit 0; fi
if [ -x "$path" ]; then echo "run $path"; else echo "forbidden $path"; fi
`;

/** What there is to run. */
export type Finding =
  | {readonly kind: 'run' | 'forbidden'; readonly path: string}
  | {readonly kind: 'nothing' | 'missing'}
  | {readonly kind: 'error'; readonly message: string};

/** The command that mounts a charm and looks for a hook or an action (`hooks/install`). Paths are the machine's. */
export function getCharmCommand(lower: string, {upper, work, charm}: AgentPaths, path: string): readonly string[] {
  return ['sh', '-c', SCRIPT, 'charm', lower, upper, work, charm, path];
}

/** The command that takes a charm away. */
export function getUnmountCommand({charm}: AgentPaths): readonly string[] {
  return ['sh', '-c', 'if mountpoint -q "$1"; then umount --lazy "$1"; fi', 'charm', charm];
}

/** What the command said. */
export function parseFinding({exitCode, stdout, stderr}: {exitCode: number; stdout: string; stderr: string}): Finding {
  const [kind = '', ...words] = stdout.trim().split(' ');
  if (exitCode !== 0) return {kind: 'error', message: stderr.trim().split('\n')[0] ?? ''};
  if (kind === 'run' || kind === 'forbidden') return {kind, path: words.join(' ')};
  return {kind: kind === 'missing' ? 'missing' : 'nothing'};
}
