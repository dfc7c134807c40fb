import {readFile} from 'node:fs/promises';

/** A process, told from a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the kernel started it, in its own ticks since boot. Empty if unknown: then the id alone counts. */
  readonly start: string;
}

/** What /proc/<pid>/stat says of a process (proc(5)). */
export interface ProcessStat extends ProcessIdentity {
  /** One letter: `R`, `S`, `D`, `Z` ... */
  readonly state: string;
  readonly parent: number;
}

/** The state is the 3rd field, the parent the 4th, the start the 22nd, counted behind the name in brackets. */
export function parseStat(text: string): ProcessStat | null {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trimEnd()
    .split(' ');
  const [state = '', parent = ''] = fields;
  const start = fields[19] ?? '';
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) || start === '' ? null : {pid, state, parent: Number(parent), start};
}

/** Null when there is no such process. */
export async function readStat(pid: number): Promise<ProcessStat | null> {
  return parseStat(await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => ''));
}

/** When a process was started; empty when it can not be told. */
export async function readStart(pid: number): Promise<string> {
  return (await readStat(pid))?.start ?? '';
}

/** Whether it runs. One that has ended and only waits for its parent to look (a zombie) does not. */
export async function isAlive({pid, start}: ProcessIdentity): Promise<boolean> {
  if (!exists(pid)) return false;
  const now = await readStat(pid);
  // Where nothing can be read of it, it may have ended a moment ago.
  if (now === null) return exists(pid);
  return now.state !== 'Z' && (start === '' || start === now.start);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

/** Ends a process with SIGKILL; one that has ended by itself is no error. */
export function endProcess(pid: number): void {
  // 0 and negative numbers mean groups, this process's own among them, and 1 is the host.
  if (!Number.isInteger(pid) || pid <= 1) throw new RangeError(`${String(pid)} is no process that may be ended`);
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isCode(error, 'ESRCH')) throw error;
  }
}

/** Whether an error is one of the system's, with this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
