/** What libvirt's log of a guest, or one look at this computer's processes, says. Times are milliseconds since 1970. */
export type GuestEvent =
  /** libvirt is about to start a guest's process; the process is there later, or never. */
  | {readonly kind: 'start'; readonly time: number; readonly guest: string; readonly host: string}
  /** libvirt is about to end a guest's process, or has seen that it ended. */
  | {readonly kind: 'exit'; readonly time: number; readonly guest: string; readonly host: string}
  /** QEMU did not get the lock of a disk: somebody else has it. */
  | {
      readonly kind: 'refusal';
      readonly time: number;
      readonly guest: string;
      readonly host: string;
      readonly text: string;
    }
  | Look;

/** All guests' processes there are, looked up between `begun` and `time`. */
export interface Look {
  readonly kind: 'look';
  readonly begun: number;
  readonly time: number;
  /** Hosts that have any process; all others are off. */
  readonly on: readonly string[];
  readonly processes: readonly {readonly guest: string; readonly host: string}[];
}

/** A guest may have had a process on a host from one time to another; null: it still may. */
export interface Life {
  readonly guest: string;
  readonly host: string;
  readonly from: number;
  readonly to: number | null;
}

interface OpenLife {
  readonly guest: string;
  readonly host: string;
  readonly from: number;
  /** When libvirt last began to start it. */
  readonly started: number;
  /** Whether a look has found it since then: when the next does not, it is gone. */
  readonly isSeen: boolean;
  /** When libvirt has said since then that it ends. */
  readonly ended: number | null;
}

/**
 * When which guest may have had a process where. A process counts as living until a look that was begun after its start does not find it:
 * what libvirt says of an end comes before the process is gone, and whoever loses his power says nothing. One that no look has found
 * yet may still come, unless its host is off or libvirt has said that it ended. So looks that are late or few make lives longer, never shorter.
 */
export function getLives(events: readonly GuestEvent[]): readonly Life[] {
  const lives: Life[] = [];
  const open = new Map<string, OpenLife>();
  let looked = -Infinity;
  for (const event of sortEvents(events)) {
    if (event.kind === 'look') {
      for (const life of closeLives(open, event)) lives.push(life);
      // A start that nobody has logged came after the look before, or was there when the watch began.
      for (const {guest, host} of event.processes) see(open, {guest, host, since: Math.max(looked, 0)}, event);
      looked = event.begun;
    } else {
      note(open, event);
    }
  }
  return [...lives, ...[...open.values()].map(({guest, host, from}) => ({guest, host, from, to: null}))];
}

/** By time; a look by its end, which is when all that it did not find is gone. */
function sortEvents(events: readonly GuestEvent[]): readonly GuestEvent[] {
  return [...events].sort((one, other) => one.time - other.time);
}

function getKey({guest, host}: {readonly guest: string; readonly host: string}): string {
  return `${guest} ${host}`;
}

function note(open: Map<string, OpenLife>, event: Exclude<GuestEvent, Look>): void {
  const {guest, host, time} = event;
  const key = getKey(event);
  const life = open.get(key);
  if (event.kind === 'start') {
    open.set(key, {guest, host, from: life?.from ?? time, started: time, isSeen: false, ended: null});
  } else if (event.kind === 'exit' && life !== undefined) {
    open.set(key, {...life, ended: time});
  }
}

/** A process comes no later after libvirt's line about its start. */
const LATE_MS = 5000;

function isGone({host, started, isSeen, ended}: OpenLife, {begun, on}: Look): boolean {
  const isOver = ended !== null && begun > ended && begun >= started + LATE_MS;
  return begun >= started && (isSeen || isOver || !on.includes(host));
}

function* closeLives(open: Map<string, OpenLife>, look: Look): Generator<Life> {
  const found = new Set(look.processes.map(getKey));
  for (const [key, life] of [...open]) {
    const {guest, host, from} = life;
    if (found.has(key) || !isGone(life, look)) continue;
    open.delete(key);
    yield {guest, host, from, to: look.time};
  }
}

function see(
  open: Map<string, OpenLife>,
  {guest, host, since}: {readonly guest: string; readonly host: string; readonly since: number},
  {begun}: Look,
): void {
  const key = getKey({guest, host});
  const life = open.get(key);
  // What was found may be the process before a start that was logged meanwhile.
  if (life === undefined) open.set(key, {guest, host, from: since, started: since, isSeen: true, ended: null});
  else if (life.started <= begun) open.set(key, {...life, isSeen: true});
}

/** Each start of a guest while it may have had a process elsewhere, and each lock that was refused; none when all went well. */
export function judge(events: readonly GuestEvent[]): readonly string[] {
  const refusals = events.flatMap((event) =>
    event.kind === 'refusal'
      ? [`${getClock(event.time)}: a disk of ${event.guest} was refused on ${event.host}: ${event.text}`]
      : [],
  );
  return [...describeOverlaps(getLives(events)), ...refusals];
}

function describeOverlaps(lives: readonly Life[]): readonly string[] {
  return lives.flatMap((later) =>
    lives
      .filter((earlier) => isBefore(earlier, later) && (earlier.to === null || later.from < earlier.to))
      .map(
        ({host, from, to}) =>
          `${getClock(later.from)}: ${later.guest} was started on ${later.host} while its process on ${host} lived ` +
          `(from ${getClock(from)} to ${to === null ? 'the end of the watch' : getClock(to)})`,
      ),
  );
}

function isBefore(earlier: Life, later: Life): boolean {
  if (earlier.guest !== later.guest || earlier.host === later.host) return false;
  return earlier.from < later.from || (earlier.from === later.from && earlier.host < later.host);
}

function getClock(time: number): string {
  return time === 0 ? 'the beginning' : new Date(time).toISOString().slice(11, 23);
}
