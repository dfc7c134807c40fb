import {readdir, readFile} from 'node:fs/promises';
import {constants} from 'node:os';
import {join} from 'node:path';

import {LocalError} from '../../errors.ts';
import {readJson, replaceJson} from '../../store/json-file.ts';
import {isAlive, parseStat, type ProcessIdentity} from '../../store/process-identity.ts';
import type {MachineSpec, PowerState} from '../ports.ts';
import {getMachinePaths, getMachinesFolder, type MachinePaths} from './names.ts';
import {REBOOTED} from './nspawn.ts';

/** What is kept of a machine beside its files. */
export interface MachineRecord {
  readonly spec: MachineSpec;
  /** What was last asked for; a container that was on comes back with its machine. */
  readonly wanted: PowerState;
  /** Whether its cables are plugged in; a pulled one stays pulled over a power cut. */
  readonly isLinked: boolean;
  /** The exit status with which its last run ended by itself, null when nobody saw it; absent where none did. */
  readonly end?: number | null;
}

/** The machine with this id; one that was never made, or not wholly, is a LocalError. */
export async function readRecord(folder: string, machine: string): Promise<MachineRecord> {
  const record = await findRecord(folder, machine);
  if (record === null) throw new LocalError(`machine "${machine}" not found`);
  return record;
}

export function findRecord(folder: string, machine: string): Promise<MachineRecord | null> {
  return readJson(getMachinePaths(folder, machine).record, isRecord);
}

export function writeRecord(folder: string, record: MachineRecord): Promise<void> {
  return replaceJson(getMachinePaths(folder, record.spec.machine.id).record, record);
}

/** All machines of a model, sorted by id, so that a machine comes before its containers. */
export async function listRecords(folder: string): Promise<readonly MachineRecord[]> {
  const names = await readdir(getMachinesFolder(folder)).catch((): string[] => []);
  const paths = names.map((name) => join(getMachinesFolder(folder), name, 'machine.json'));
  const records = await Promise.all(paths.map((path) => readJson(path, isRecord)));
  return records
    .filter((record) => record !== null)
    .sort((one, other) => one.spec.machine.id.localeCompare(other.spec.machine.id, 'en', {numeric: true}));
}

function isRecord(value: unknown): value is MachineRecord {
  if (!isObject(value) || !isObject(value['spec']) || !isObject(value['spec']['machine'])) return false;
  const {machine, layers, binds} = value['spec'];
  return (
    typeof machine['id'] === 'string' &&
    typeof machine['hostname'] === 'string' &&
    [machine['interfaces'], layers, binds].every((list) => Array.isArray(list)) &&
    (value['wanted'] === 'on' || value['wanted'] === 'off') &&
    typeof value['isLinked'] === 'boolean' &&
    isEnd(value['end'])
  );
}

function isEnd(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'number';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The two processes that hold a machine up: the shell that waits for its end, and systemd-nspawn. */
export interface Run {
  readonly starter: ProcessIdentity;
  /** Null in the moment before it starts. */
  readonly nspawn: ProcessIdentity | null;
}

/** Null when the machine is off and cleared away. */
export async function readRun({run}: MachinePaths): Promise<Run | null> {
  const text = await readFile(run, 'utf8').catch(() => '');
  const [starter = null, nspawn = null] = text.split('\n').map((line) => parseStat(line));
  return starter === null ? null : {starter, nspawn};
}

/** Whether systemd-nspawn runs, or is just about to. */
export async function isHeldUp(run: Run | null): Promise<boolean> {
  return run !== null && isAlive(run.nspawn ?? run.starter);
}

/** The exit status of systemd-nspawn (128 and the number of a signal), or null when nobody was there to see it. */
export async function readEnd({ended}: MachinePaths): Promise<number | null> {
  const text = await readFile(ended, 'utf8').catch(() => '');
  return /^\d+\n$/.test(text) ? Number(text) : null;
}

/** What systemd-shutdown(8) prints last, with the exit status that systemd-nspawn has then. */
const LAST_WORDS: Readonly<Record<string, number>> = {'Powering off.': 0, 'Rebooting.': REBOOTED};

/** systemd-nspawn may say something of its own behind them. */
const LINES_AFTER = 3;

/** The end of a run that nobody saw, from the last lines of its console; null when it did not end in order. */
export function parseEnd(lines: readonly string[]): number | null {
  const said = lines.slice(-1 - LINES_AFTER).find((line) => Object.hasOwn(LAST_WORDS, line));
  return said === undefined ? null : (LAST_WORDS[said] ?? null);
}

const SIGNAL = 128;

/** The end of a run that nobody asked for, in words: what is known of it. */
export function describeEnd(end: number | null): string {
  if (end === null) return 'nobody saw how it ended';
  if (end === REBOOTED) return 'it did not come up again after a reboot';
  if (end <= SIGNAL) return `systemd-nspawn ended with exit status ${String(end)}`;
  const [name = `signal ${String(end - SIGNAL)}`] =
    Object.entries(constants.signals).find(([, number]) => number === end - SIGNAL) ?? [];
  return `systemd-nspawn was ended by ${name}`;
}

/** Tells one boot of a machine from another by the process that holds it up; null when none does. */
export async function readBoot(paths: MachinePaths): Promise<string | null> {
  const nspawn = (await readRun(paths))?.nspawn ?? null;
  return nspawn !== null && (await isAlive(nspawn)) ? `${String(nspawn.pid)}-${nspawn.start}` : null;
}
