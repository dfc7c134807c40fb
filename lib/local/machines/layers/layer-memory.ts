import {LayerError} from './failures.ts';
import type {LayerRecord} from './layer-record.ts';

/** Gives a layer's record by its id; `ensure` looks at the whole layer, and builds it where it must. */
export type RecallLayer = (id: string, ensure: () => Promise<LayerRecord>) => Promise<LayerRecord>;

/**
 * What one process knows of layers. Each is looked at once, however many ask for it, also at the same time: a look takes some 100
 * to 500 ms, and nobody changes a layer. One that `isThere` no longer finds is ensured again. Packages that cannot be had together
 * are refused at once the second time, in the same words; any other failure may pass, and the next who asks tries again.
 */
export function createLayerMemory(isThere: (id: string) => Promise<boolean>): RecallLayer {
  const known = new Map<string, Promise<LayerRecord>>();
  const start = (id: string, ensure: () => Promise<LayerRecord>): Promise<LayerRecord> => {
    const started = ensure();
    known.set(id, started);
    started.catch((error: unknown) => {
      if (!(error instanceof LayerError)) known.delete(id);
    });
    return started;
  };
  return async (id, ensure) => {
    const found = known.get(id);
    if (found === undefined) return start(id, ensure);
    const record = await found;
    if (await isThere(id)) return record;
    // Others may have found that too, meanwhile.
    const newer = known.get(id);
    return newer === undefined || newer === found ? start(id, ensure) : newer;
  };
}
