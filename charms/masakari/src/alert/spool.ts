import {parseRecord, renderRecord, type FenceRecord} from './record.ts';

/** The files of one folder. */
export interface SpoolFiles {
  list(): readonly string[];
  /** Null when there is none. */
  read(name: string): string | null;
  /** At once and for good: whoever is killed leaves the old file or the new. */
  replace(name: string, text: string): void;
  /** Whether it was not there before. Nobody sees it without its text. */
  create(name: string, text: string): boolean;
  append(name: string, text: string): void;
  /** Whether it was there. */
  rename(name: string, to: string): boolean;
  remove(name: string): void;
}

/** What is not yet with Masakari, and who works on it: it outlasts the programs that write it. */
export interface Spool {
  /** Oldest first. */
  records(): readonly FenceRecord[];
  /** The record as it is there now; null when it is not there any more. */
  find(record: FenceRecord): FenceRecord | null;
  save(record: FenceRecord): void;
  remove(record: FenceRecord): void;
  /**
   * Whether this run may deliver for the host now; nobody else on this machine does until it unlocks, or its time is over. Two runs that
   * find the lock of a dead one at the same moment may both go on: they do no harm, since Masakari refuses the second notification.
   */
  lock(host: string): boolean;
  unlock(host: string): void;
  /** Removes the locks of dead runs: systemd starts nothing for an empty folder. */
  dropOldLocks(): void;
  /** Keeps a line for the next run that is started by systemd, whose output goes to the journal; Pacemaker drops that of alerts. */
  note(line: string): void;
  /** Those lines, which are then gone. */
  takeNotes(): readonly string[];
}

/** Longer than any run may last, in milliseconds. */
const LOCK_MS = 60_000;
const LOCK = '.lock';
const NOTES = 'notes.log';
const TAKEN_NOTES = 'notes.taken.log';
/** A draft begins with a dot. */
const RECORD = /^\w[\w.-]*\.fence$/;
/** A file that grows for want of a reader is left alone from here on. */
const NOTES_CHARACTERS = 64 * 1024;

export function createSpool(files: SpoolFiles, now: () => number): Spool {
  const takeLock = (name: string): boolean => files.create(name, String(now() + LOCK_MS));
  return {
    records: () =>
      files
        .list()
        .filter((name) => RECORD.test(name))
        .flatMap((name) => parseRecord(files.read(name) ?? '') ?? [])
        .sort((a, b) => a.time - b.time),
    find: (record) => parseRecord(files.read(getName(record)) ?? ''),
    save: (record) => {
      files.replace(getName(record), renderRecord(record));
    },
    remove: (record) => {
      files.remove(getName(record));
    },
    lock: (host) => {
      const name = getLockName(host);
      if (takeLock(name)) {
        return true;
      }
      if (Number(files.read(name)) > now()) {
        return false;
      }
      files.remove(name);
      return takeLock(name);
    },
    unlock: (host) => {
      files.remove(getLockName(host));
    },
    dropOldLocks: () => {
      const locks = files.list().filter((name) => name.endsWith(LOCK) && Number(files.read(name)) <= now());
      locks.forEach(files.remove);
    },
    note: (line) => {
      if ((files.read(NOTES) ?? '').length < NOTES_CHARACTERS) {
        files.append(NOTES, `${line}\n`);
      }
    },
    takeNotes: () => {
      files.rename(NOTES, TAKEN_NOTES);
      const lines = (files.read(TAKEN_NOTES) ?? '').split('\n').filter((line) => line !== '');
      files.remove(TAKEN_NOTES);
      return lines;
    },
  };
}

function getName({ref}: FenceRecord): string {
  return `${ref}.fence`;
}

/** A node may be called what no file can. */
function getLockName(host: string): string {
  return `${encodeURIComponent(host)}${LOCK}`;
}
