import type {WantedFile} from '#charm';

/** The program by which a machine leaves its cluster in order. */
export const LEAVE = '/usr/local/lib/pacemaker-remote/leave';

/** Has systemd run it before it stops the daemon, and name each of the daemon's sessions. */
export const LEAVE_OVERRIDE = '/etc/systemd/system/pacemaker_remote.service.d/leave.conf';

/**
 * What is known of the session that the daemon is in: its name, a new one with each start, and a digest of the key that it started with. Gone with the power.
 */
export const SESSION = '/run/pacemaker-remote.session';

export interface Session {
  readonly name: string;
  /** SHA-1 of the key's base64 form, in hexadecimal; empty when there was no key. */
  readonly keyDigest: string;
}

/** Null for a file without a name: the daemon was started before it had one to write. */
export function parseSession(content: string): Session | null {
  const [name = '', digest = ''] = content.split('\n').map((line) => line.trim());
  return name === '' ? null : {name, keyDigest: /^[0-9a-f]{40}/.exec(digest)?.[0] ?? ''};
}

export function renderSession({name, keyDigest}: Session): string {
  return `${name}\n${keyDigest}\n`;
}

/** The session that hacluster was last told: the one to say as left, whatever the daemon has done since. */
export const TOLD = '/etc/pacemaker/session-told-by-juju';

/** Holds the name of the unit that is out of its cluster by the action `pause`, also over a reboot; another unit is not. */
export const PAUSED = '/etc/pacemaker/paused-by-juju';

/** How the program ends when no member is connected, so that there is nobody to take leave of. */
export const NOT_CONNECTED = 3;

/** The program ends within this time: three orders, and a minute and some for the members to close their connection. */
export const LEAVE_MS = 240_000;

/**
 * Pacemaker takes a remote node whose daemon stops for a lost one, and fences it, unless the daemon is back before the next monitor of the
 * connection (seen with 2.1.5; Red Hat's "System Upgrades and pacemaker_remote" has it the same). So the connection is stopped first:
 * by the node itself, which reaches the CIB through the member that is connected to it. The name of the session says
 * to hacluster when the node may be taken back: once it is in another one.
 */
const PROGRAM = (node: string): string => `#!/bin/sh
# Written by the pacemaker-remote charm. Takes this node out of its cluster in order, so that nobody takes it for lost and fences it.
set -u

is_connected() {
  [ -n "$(ss -Htn state established '( sport = :3121 )')" ]
}

set_meta() {
  timeout 20 crm_resource --resource '${node}' --meta --set-parameter "$1" --parameter-value "$2" >&2
}

# The daemon has ended by itself: there is nothing left to stop in order. Only systemd says so, by an empty variable.
if [ "\${1:-}" = stopping ] && [ -z "\${MAINPID:-}" ]; then
  exit 0
fi
if ! is_connected; then
  echo 'no member of the cluster is connected to this node' >&2
  exit ${String(NOT_CONNECTED)}
fi
session=$(head -n 1 ${TOLD} 2>/dev/null || head -n 1 ${SESSION} 2>/dev/null)
: "\${session:=unnamed}"
take_back() {
  timeout 20 crm_resource --resource '${node}' --meta --delete-parameter target-role >&2
  exit 1
}
if ! { set_meta left-session "$session" && set_meta target-role Stopped; }; then
  # A connection that the cluster is to forget already can not be ordered to stop: it is about to be, when what is under way is over.
  [ "\${1:-}" = stopping ] || take_back
fi
for second in $(seq 60); do
  is_connected || exit 0
  sleep 1
done
echo 'the members did not close their connection within 60 s' >&2
take_back
`;

/**
 * Guests are shut down first, by libvirt-guests: until then a machine that crashes is fenced. What the program ends with does not matter
 * to systemd ("-"): the daemon stops all the same.
 */
const OVERRIDE = `# Written by the pacemaker-remote charm.
[Unit]
Before=libvirt-guests.service nova-compute.service

[Service]
ExecStartPre=/bin/sh -c '{ cat /proc/sys/kernel/random/uuid; base64 -w 0 /etc/pacemaker/authkey | sha1sum; } > ${SESSION}'
ExecStop=-${LEAVE} stopping
`;

/** `hostname` is the name of the node and of the resource that is its connection. */
export function getLeaveFiles(hostname: string): readonly WantedFile[] {
  return [
    {path: LEAVE, content: PROGRAM(hostname), mode: 0o755},
    {path: LEAVE_OVERRIDE, content: OVERRIDE},
  ];
}
