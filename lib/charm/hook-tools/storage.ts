import {asMap, asStringList, asText, type HookToolCalls} from './run.ts';

/** The hook tools of storage. */
export interface StorageTools {
  /** Instances such as `data/0`, of one store or of all. */
  storageList(store?: string): Promise<readonly string[]>;
  storageGet(instance: string): Promise<{readonly kind: string; readonly location: string}>;
  storageAdd(store: string, count?: number): Promise<void>;
}

/** The hook tools of storage, each one call of the program of its name. */
export function createStorageTools({json, silent}: HookToolCalls): StorageTools {
  return {
    storageList: async (store) => asStringList(await json('storage-list', store === undefined ? [] : [store])),
    storageGet: async (instance) => {
      const {kind, location} = asMap(await json('storage-get', ['-s', instance]));
      return {kind: asText(kind), location: asText(location)};
    },
    storageAdd: (store, count = 1) => silent('storage-add', [`${store}=${count}`]),
  };
}
