import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';

import type {DataFolder} from '../store/data-folder.ts';
import type {ControllerFolder} from './folder.ts';
import type {LiveCloud, LiveModelSetting, Tell} from './ports.ts';

export interface ModelPlace {
  readonly folder: ControllerFolder;
  readonly data: DataFolder;
  readonly controller: string;
  readonly model: string;
  readonly tell: Tell;
}

/** What a live cloud is told of a model's place. Options that the controller's record lacks have their defaults. */
export async function readSetting(
  cloud: LiveCloud,
  {folder, data, controller, model, tell}: ModelPlace,
): Promise<LiveModelSetting> {
  // A damaged record must not keep anybody from removing what is left.
  const record = await folder.readConfig().catch(() => null);
  const config = {...cloud.options, ...record?.config};
  return {controller, model, ...folder.getModelPlace(model), dataFolder: data.path, config, progress: tell};
}

/** Names of all models that a controller has, or of which something is left. */
export async function listPlaces(folder: ControllerFolder, data: DataFolder, controller: string): Promise<string[]> {
  const places = await readdir(join(folder.path, 'models')).catch((): string[] => []);
  return [...new Set([...(await data.listModels(controller)), ...places])].sort();
}

/** Removes what is left of a model that nobody serves, its file last. The caller holds the controller's lock. */
export async function removeModelRest(cloud: LiveCloud, place: ModelPlace): Promise<void> {
  const setting = await readSetting(cloud, place);
  await cloud.removeRest(setting);
  await rm(setting.folder, {recursive: true, force: true});
  await place.data.removeModel(place.controller, place.model);
}
