import type {GuestEvent, Look} from './verdict.ts';

type LoggedEvent = Exclude<GuestEvent, Look>;

const LINE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\+0000: (.*)$/;
/** QEMU's own lines: `2026-11-23T04:26:12.123456Z qemu-system-x86_64: ...`; without a time in some versions. */
const QEMU_LINE = /^(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d*Z )?qemu-system\S*: (.*)$/;
/** QEMU's image locking (docs/system/qemu-block-drivers): of whatever permission, and what it asks when it failed. */
const REFUSED = /Failed to get .*lock|Failed to lock byte|Is another process using the image/;

/**
 * Reads /var/log/libvirt/qemu/DOMAIN.log: a line and the whole command for each start (libvirt's qemuProcessLaunch), a line for each
 * end, and what QEMU itself says. Times in it are UTC. What comes before a guest is named is left out.
 */
export function parseLibvirtLog(text: string, host: string): readonly LoggedEvent[] {
  const lines = text.split('\n');
  const events: LoggedEvent[] = [];
  let guest: string | null = null;
  let time = 0;
  for (const [index, line] of lines.entries()) {
    const [, day = '', clock = '', said = ''] = LINE.exec(line) ?? [];
    if (day !== '') time = Date.parse(`${day}T${clock}Z`);
    if (said.startsWith('starting up')) guest = findGuest(lines, index + 1) ?? guest;
    if (guest === null) continue;
    if (said.startsWith('starting up')) events.push({kind: 'start', time, guest, host});
    if (said.startsWith('shutting down')) events.push({kind: 'exit', time, guest, host});
    const [, stamp, complaint = ''] = QEMU_LINE.exec(line) ?? [];
    if (!REFUSED.test(complaint)) continue;
    if (stamp !== undefined) time = Date.parse(`${stamp}Z`);
    events.push({kind: 'refusal', time, guest, host, text: complaint});
  }
  return events;
}

/** The uuid in the command that begins at this line, whose lines end with backslashes. */
function findGuest(lines: readonly string[], first: number): string | null {
  for (const line of lines.slice(first)) {
    const [, uuid] = /(?:^|\s)-uuid ([0-9a-f-]{36})/.exec(line) ?? [];
    if (uuid !== undefined) return uuid;
    if (!line.endsWith('\\')) return null;
  }
  return null;
}
