import {readFile, rm} from 'node:fs/promises';

import {LocalError} from '../../errors.ts';
import {endProcess, isAlive} from '../../store/process-identity.ts';
import type {MachinePorts} from '../ports.ts';
import {createGroups, findGroups, killAtOnce, removeGroups} from './cgroups.ts';
import {changeLinks, ensureNamespace, readLinks, removeLinks} from './links.ts';
import {getOverlayOptions, unmountBelow} from './mounts.ts';
import {getHostName, getMachinePaths, getNetworkFile} from './names.ts';
import {
  planAddresses,
  planInterfaces,
  planLinkState,
  planUplinks,
  type GatewayAddress,
  type RoomSpace,
} from './network.ts';
import {findLeader, getNspawnCommand, getStarterArguments, NSPAWN_ENVIRONMENT, removeHostFolders} from './nspawn.ts';
import {createMachineId, fillIn, getPreparation} from './preparation.ts';
import {readRun, type MachineRecord} from './record.ts';
import {waitUntil} from './waiting.ts';

/** What a model's machines are made with and where. */
export interface RoomOptions {
  readonly ports: MachinePorts;
  /** Where this model's machines live in the data folder; a path without `,`, `:`, `\` and `"`. */
  readonly folder: string;
  /** Short, hexadecimal, of no other model on this computer: it is in names that the whole computer sees. */
  readonly id: string;
  readonly spaces: readonly RoomSpace[];
  readonly gateway: readonly GatewayAddress[];
}

const START = {limitMs: 30_000, pollMs: 10};
const END = {limitMs: 10_000, pollMs: 10};

const CONSOLE_LINES = 20;

/** The processes of a machine that is on, or null. */
export async function findMachineLeader(folder: string, machine: string): Promise<number | null> {
  const run = await readRun(getMachinePaths(folder, machine));
  return run?.nspawn === undefined || run.nspawn === null ? null : findLeader(run.nspawn);
}

/** Boots a machine that is off; resolves when its first process runs. What an earlier run left is cleared away first. */
export async function startMachine(options: RoomOptions, record: MachineRecord): Promise<void> {
  const {folder, ports} = options;
  const {machine, layers} = record.spec;
  const paths = getMachinePaths(folder, machine.id);
  await clearMachine(options, machine.id);
  await rm(paths.console, {force: true});
  const overlay = getOverlayOptions(
    layers.map((layer) => layer.folder),
    paths.upper,
    paths.work,
  );
  await runOrThrow(ports, 'mount', ['-t', 'overlay', '-o', overlay, 'overlay', paths.root]);
  await fillIn(paths.root, getPreparation(machine, createMachineId()));
  await plugIn(options, record);
  const name = getHostName(options.id, machine.id);
  const groups = await createGroups(name);
  const command = getNspawnCommand(name, paths, record.spec);
  await ports.long.startDetached('sh', getStarterArguments(paths, groups, command), {
    output: paths.console,
    environment: NSPAWN_ENVIRONMENT,
  });
  await waitForLeader(folder, machine.id);
}

/** A namespace of its own for every boot: addresses that somebody added inside go with the power, as on a real machine. */
async function plugIn(
  {ports: {processes}, folder, spaces}: RoomOptions,
  {spec: {machine}, isLinked}: MachineRecord,
): Promise<void> {
  const own = getMachinePaths(folder, machine.id);
  const network = getNetworkFile(folder);
  await ensureNamespace(processes, own.network);
  const existing = await readLinks(processes, network);
  const lines = [...planUplinks(machine.id, spaces, existing), ...planInterfaces(machine, spaces)];
  await changeLinks(processes, network, lines, own.folder);
  await changeLinks(processes, own.network, planAddresses(machine.interfaces));
  if (!isLinked) await setLinkState(processes, folder, machine.id, false);
}

/** Sets the cables of a machine that are there. */
export async function setLinkState(
  processes: MachinePorts['processes'],
  folder: string,
  machine: string,
  isUp: boolean,
): Promise<void> {
  const network = getNetworkFile(folder);
  await changeLinks(processes, network, planLinkState(machine, isUp, await readLinks(processes, network)));
}

async function waitForLeader(folder: string, machine: string): Promise<void> {
  const paths = getMachinePaths(folder, machine);
  const seen = {isThere: false, isOver: false};
  await waitUntil(async () => {
    seen.isThere = (await findMachineLeader(folder, machine)) !== null;
    const run = await readRun(paths);
    seen.isOver = run !== null && !(await isAlive(run.starter));
    return seen.isThere || seen.isOver;
  }, START);
  if (!seen.isThere || seen.isOver) throw await describeNoBoot(folder, machine, 'systemd-nspawn did not start it');
}

/** The error of a machine that does not come up, with the last lines of its console. */
export async function describeNoBoot(folder: string, machine: string, reason: string): Promise<LocalError> {
  const lines = await readConsoleLines(folder, machine);
  const shown = lines.length === 0 ? ['its console is empty'] : ['the last lines of its console:', ...lines];
  return new LocalError([`machine ${machine} does not boot: ${reason}`, ...shown].join('\n'));
}

/** The last lines of a machine's console, without colours. */
export async function readConsoleLines(folder: string, machine: string): Promise<readonly string[]> {
  const text = await readFile(getMachinePaths(folder, machine).console, 'utf8').catch(() => '');
  return parseConsole(text);
}

/** Lines that say something, without what moves cursors and sets colours (ECMA-48). */
export function parseConsole(text: string): readonly string[] {
  return text
    .replaceAll(/\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[@-_])/gu, '')
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-CONSOLE_LINES);
}

/** Cuts the power of these machines at one moment: all that runs inside is gone when this resolves, and nothing is mounted. */
export async function cutMachines(options: RoomOptions, machines: readonly string[]): Promise<void> {
  const names = new Set(machines.map((machine) => getHostName(options.id, machine)));
  const leaders = await Promise.all(machines.map((machine) => findMachineLeader(options.folder, machine)));
  const groups = await findGroups((name) => names.has(name));
  for (const leader of leaders) if (leader !== null) endProcess(leader);
  for (const group of groups) await killAtOnce(group);
  for (const machine of machines) await clearMachine(options, machine);
}

/** Ends what is left of a machine's run and takes away what the host holds for it; nothing when it is off. */
async function clearMachine({ports: {processes}, folder, id}: RoomOptions, machine: string): Promise<void> {
  const name = getHostName(id, machine);
  const paths = getMachinePaths(folder, machine);
  await removeGroups(await findGroups((one) => one === name));
  await waitForStarter(folder, machine);
  await unmountBelow(processes, paths.folder);
  await rm(paths.network, {force: true});
  await removeLinks(processes, getNetworkFile(folder), machine, 'e');
  await removeHostFolders((one) => one === name);
  await rm(paths.ended, {force: true});
  await rm(paths.run, {force: true});
}

/** It ends by itself when systemd-nspawn has; until then it may still write into the machine's folder. */
async function waitForStarter(folder: string, machine: string): Promise<void> {
  const run = await readRun(getMachinePaths(folder, machine));
  if (run === null) return;
  if (run.nspawn !== null && (await isAlive(run.nspawn))) endProcess(run.nspawn.pid);
  const isOver = await waitUntil(async () => !(await isAlive(run.starter)), END);
  if (!isOver) endProcess(run.starter.pid);
}

async function runOrThrow({processes}: MachinePorts, program: string, args: readonly string[]): Promise<void> {
  const {exitCode, stderr} = await processes.run(program, args);
  if (exitCode !== 0) throw new LocalError(`${program} failed: ${stderr.trim()}`);
}
