import {mkdir, rm} from 'node:fs/promises';

import {LocalError} from '../../errors.ts';
import type {MachineRoom, MachineSpec} from '../ports.ts';
import {setMachineBinds} from './binds.ts';
import {waitForBoot} from './boot.ts';
import {findGroups, removeGroups} from './cgroups.ts';
import {followInside, getEnterCommand, getInsideEnvironment, killHookInside, runInside} from './inside.ts';
import {PowerKeeper} from './keeper.ts';
import {changeLinks, ensureNamespace, readLinks, removeLinks} from './links.ts';
import {unmountBelow} from './mounts.ts';
import {getMachinePaths, getMachinesFolder, getModelPrefix, getNetworkFile, getPowerOwner} from './names.ts';
import {planModelNetwork} from './network.ts';
import {removeHostFolders} from './nspawn.ts';
import {cutMachines, describeNoBoot, findMachineLeader, readConsoleLines, type RoomOptions} from './power.ts';
import {createMachineId, getPreparation, prepareNew} from './preparation.ts';
import {findRecord, listRecords, readBoot, writeRecord} from './record.ts';

/** A `MachineRoom` that can be left without switching anything off. */
export interface LocalMachineRoom extends MachineRoom {
  /** Stops looking after the machines, which go on; another room may take them over then. */
  close(): Promise<void>;
}

/** The machines of one model on this computer. Needs root, systemd-nspawn, iproute2 and util-linux. */
export function createMachineRoom(options: RoomOptions): LocalMachineRoom {
  const {ports, folder} = options;
  const keeper = new PowerKeeper(options);

  const getLeader = async (id: string): Promise<number> => {
    const leader = await findMachineLeader(folder, id);
    if (leader === null) throw new LocalError(`machine ${id} is off`);
    return leader;
  };

  const run: MachineRoom['run'] = async (id, command, inside) => {
    const leader = await findMachineLeader(folder, id);
    if (leader === null) return {exitCode: 127, stdout: '', stderr: `machine ${id} is off`};
    return runInside(ports, leader, command, inside);
  };

  const waitFor = (id: string): Promise<void> =>
    waitForBoot({
      ask: (args, timeoutMs) => run(id, ['systemctl', 'is-system-running', ...args], {timeoutMs}),
      isOn: async () => (await keeper.getPower(id)) === 'on',
      describe: (reason) => describeNoBoot(folder, id, reason),
    });

  return {
    open: async () => {
      await openNetwork(options);
      keeper.watch();
    },
    create: (spec) => keeper.inTurn(spec.machine.id, () => createMachine(folder, spec)),
    setBinds: (id, binds) => keeper.inTurn(id, () => setMachineBinds(options, id, binds)),
    readBinds: async () => (await listRecords(folder)).flatMap(({spec}) => spec.binds),
    powerOn: async (id) => {
      await Promise.all((await keeper.switchOn(id)).map(waitFor));
    },
    powerOff: (id) => keeper.switchOff(id),
    getPower: (id) => keeper.getPower(id),
    getCrash: (id) => keeper.getCrash(id),
    getBoot: (id) => readBoot(getMachinePaths(folder, id)),
    waitForBoot: waitFor,
    getWantedPower: async (id) => (await findRecord(folder, id))?.wanted ?? null,
    setLinks: (id, isUp) => keeper.setLinks(id, isUp),
    getEnterCommand: async (id, command, environment) =>
      getEnterCommand(await getLeader(id), command, getInsideEnvironment(environment)),
    run,
    follow: async (id, command, inside) => followInside(ports, await getLeader(id), command, inside),
    killHook: async (id, contextId) => {
      const leader = await findMachineLeader(folder, id);
      if (leader === null || (await killHookInside(leader, contextId))) return;
      throw new LocalError(`processes of a hook on machine ${id} do not end though they were killed`);
    },
    getJujuFolder: (id) => getMachinePaths(folder, id).juju,
    getUpperFolder: (id) => getMachinePaths(folder, id).upper,
    readConsole: (id) => readConsoleLines(folder, id),
    destroy: (id) => keeper.inTurn(id, () => destroyMachine(options, id)),
    destroyAll: async () => {
      await keeper.close();
      await destroyModel(options);
    },
    close: () => keeper.close(),
  };
}

async function openNetwork({ports: {processes}, folder, spaces, gateway}: RoomOptions): Promise<void> {
  await mkdir(getMachinesFolder(folder), {recursive: true, mode: 0o700});
  const network = getNetworkFile(folder);
  await ensureNamespace(processes, network);
  const existing = await readLinks(processes, network);
  await changeLinks(processes, network, planModelNetwork(spaces, gateway, existing));
}

/**
 * The record is written last: a machine without one was made half, and is made anew. One that is there keeps its layers, on
 * which its own files stand.
 */
async function createMachine(folder: string, spec: MachineSpec): Promise<void> {
  const {id} = spec.machine;
  const paths = getMachinePaths(folder, id);
  const known = await findRecord(folder, id);
  if (known !== null) {
    await writeRecord(folder, {...known, spec: {...known.spec, binds: spec.binds}});
    return;
  }
  const owner = getPowerOwner(id);
  if (owner !== id && (await findRecord(folder, owner)) === null) throw new LocalError(`machine "${owner}" not found`);
  await rm(paths.folder, {recursive: true, force: true});
  await prepareNew(paths, getPreparation(spec.machine, createMachineId()));
  await writeRecord(folder, {spec, wanted: 'off', isLinked: true});
}

async function destroyMachine(options: RoomOptions, id: string): Promise<void> {
  const {ports, folder} = options;
  const containers = (await listRecords(folder)).map(({spec}) => spec.machine.id);
  const left = containers.find((one) => one !== id && getPowerOwner(one) === id);
  if (left !== undefined) throw new LocalError(`machine ${id} cannot be removed: container ${left} is still on it`);
  await cutMachines(options, [id]);
  await removeLinks(ports.processes, getNetworkFile(folder), id, 'ebu');
  await rm(getMachinePaths(folder, id).folder, {recursive: true, force: true});
}

/** Goes by what there is, not by records: a killed controller may have left either without the other. */
async function destroyModel({ports, folder, id}: RoomOptions): Promise<void> {
  const isOurs = (name: string): boolean => name.startsWith(getModelPrefix(id));
  await removeGroups(await findGroups(isOurs));
  await unmountBelow(ports.processes, folder);
  await removeHostFolders(isOurs);
  // A shell that waited for a machine's end may still write its last line there.
  await rm(folder, {recursive: true, force: true, maxRetries: 10, retryDelay: 100});
}
