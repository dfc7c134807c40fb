import type {LiveCloud} from './controller/ports.ts';

/** A cloud that `bootstrap` can make a controller on. */
export interface CloudEntry {
  /** What it is, for people. */
  readonly summary: string;
  /** What its options are, for people; by `KEY=WHAT` as `bootstrap --config` takes them. Loading a cloud to ask it takes time. */
  readonly options?: Readonly<Record<string, string>>;
  /** Loads what a cloud whose models live in a process needs; null where models rest in files between calls. */
  readonly loadLive: (() => Promise<LiveCloud>) | null;
}

/** Clouds by name. */
export type CloudTable = Readonly<Record<string, CloudEntry>>;

/** The clouds of the product. */
export const CLOUDS: CloudTable = {
  memory: {summary: 'units are models in memory, settled in seconds', loadLive: null},
  machines: {
    summary: 'units are on systemd containers of this computer, for root on Debian or Ubuntu',
    options: {
      'maas-url=URL': 'where each model finds its MAAS, http://ADDRESS[:PORT]/MAAS in one of its networks',
      'maas-api-key=KEY': 'the key of that MAAS',
      'package-patches=FOLDER': 'scripts that mend packages with a defective build; empty for none',
    },
    loadLive: async () => {
      const {MACHINES_CLOUD} = await import('./machines/live-cloud.ts');
      return MACHINES_CLOUD;
    },
  },
};
