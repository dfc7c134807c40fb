import {createMemoryFiles} from '../charms/files.ts';
import {CharmLibrary} from '../charms/library.ts';
import {createLoader} from '../charms/program.ts';
import {openModel, type OpenModel} from '../create-model.ts';
import type {RunningModel} from '../local-model.ts';

export type StoredModel = Omit<OpenModel, 'library' | 'load'> & {
  readonly charmFolders: readonly string[];
  /** Where archives are unpacked. */
  readonly unpacked: string;
};

/** Sets a model of the data folder in motion, with the charms at hand. */
export function openStored({charmFolders, unpacked, ...stored}: StoredModel): RunningModel {
  return openModel({
    ...stored,
    library: new CharmLibrary({folders: charmFolders, files: createMemoryFiles(() => Promise.resolve(unpacked))}),
    load: createLoader(),
  });
}
