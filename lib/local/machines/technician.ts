import {createProcesses} from '#charm';

import {ControllerFolder} from '../controller/folder.ts';
import {DEFAULT_SPACES} from '../model/spaces.ts';
import {createLongProcesses} from '../processes.ts';
import type {MachineRoom} from './ports.ts';
import {createMachineRoom} from './room/index.ts';

/** What somebody in the data centre does to machines without asking their controller: pull cables, look at consoles. */
export type TechnicianRoom = Pick<MachineRoom, 'getPower' | 'setLinks' | 'run' | 'follow' | 'readConsole' | 'killHook'>;

/** Where a model's machines have their files, and the name they have on this computer: their control groups are `jl-ID-...`. */
export function getModelPlace(
  dataFolder: string,
  controller: string,
  model: string,
): {readonly folder: string; readonly id: string} {
  return new ControllerFolder(dataFolder, controller).getModelPlace(model);
}

/** The machines of a model on the machines cloud, beside the controller that serves it. */
export function enterRoom(dataFolder: string, controller: string, model: string): TechnicianRoom {
  const {folder, id} = getModelPlace(dataFolder, controller, model);
  const ports = {processes: createProcesses(), long: createLongProcesses(), progress: () => undefined};
  return createMachineRoom({ports, folder, id, spaces: DEFAULT_SPACES, gateway: []});
}
