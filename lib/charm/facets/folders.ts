import {getUnique, type Desired, type WantedFolder} from '../desired.ts';
import type {Facet, Step} from '../facet.ts';
import type {Files} from '../host.ts';

/** Folders with owner and mode. What is in them stays as it is, and none is ever removed. */
export function createFoldersFacet(files: Files): Facet<Desired> {
  return {
    name: 'folders',
    plan: async ({folders = []}) => {
      const wanted = getUnique(folders, ({path}) => path);
      return (await Promise.all(wanted.map((folder) => planFolder(files, folder)))).flat();
    },
  };
}

async function planFolder(files: Files, folder: WantedFolder): Promise<readonly Step[]> {
  const {path, owner = 'root', group = 'root', mode = 0o755} = folder;
  const have = await files.readFolder(path, {owner, group});
  if (have?.owner === owner && have.group === group && have.mode === mode) {
    return [];
  }
  const what = have === null ? 'make' : 'set owner or mode of';
  return [{summary: `${what} ${path}`, apply: () => files.setFolder(path, {owner, group, mode})}];
}
