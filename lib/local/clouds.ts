import type {LiveCloud} from './controller/ports.ts';

/** A cloud that `bootstrap` can make a controller on. */
export interface CloudEntry {
  /** Loads what a cloud whose models live in a process needs; null where models rest in files between calls. */
  readonly loadLive: (() => Promise<LiveCloud>) | null;
}

/** Clouds by name. */
export type CloudTable = Readonly<Record<string, CloudEntry>>;

/** The clouds of the product. */
export const CLOUDS: CloudTable = {
  memory: {loadLive: null},
  machines: {
    loadLive: async () => {
      const {MACHINES_CLOUD} = await import('./machines/live-cloud.ts');
      return MACHINES_CLOUD;
    },
  },
};
