import {readFile} from 'node:fs/promises';
import {join} from 'node:path';

import {readAskedPackages} from './layers/asked.ts';
import type {Layers, MachineRoom} from './ports.ts';

/** What apt keeps of each of its runs that installed something. */
const HISTORY = 'var/log/apt/history.log';

/**
 * Learns which packages a charm asks apt-get for, from what apt itself noted on its machine, so that later machines can begin
 * with them. Hooks of a machine run one at a time, so what is new in the log after one of them is its charm's.
 */
export class AskedRecorder {
  readonly #layers: Pick<Layers, 'getAsked' | 'setAsked'>;
  readonly #room: Pick<MachineRoom, 'getUpperFolder'>;
  /** How far each machine's log was read. */
  readonly #read = new Map<string, number>();

  constructor(layers: Pick<Layers, 'getAsked' | 'setAsked'>, room: Pick<MachineRoom, 'getUpperFolder'>) {
    this.#layers = layers;
    this.#room = room;
  }

  /** Passes over what is in a machine's log already: nobody can tell whose it was. */
  async skip(machine: string): Promise<void> {
    this.#read.set(machine, (await this.#look(machine)).end);
  }

  /** A hook of a charm has ended. `isComplete`: the charm has asked for what it needs, be it nothing. */
  async note(machine: string, charmHash: string, isComplete: boolean): Promise<void> {
    const {packages, end} = await this.#look(machine);
    this.#read.set(machine, end);
    const known = await this.#layers.getAsked(charmHash);
    const asked = [...new Set([...(known ?? []), ...packages])].sort();
    const isNew = known === null ? isComplete || asked.length > 0 : asked.length > known.length;
    if (isNew) await this.#layers.setAsked(charmHash, asked);
  }

  async #look(machine: string): Promise<ReturnType<typeof readAskedPackages>> {
    const log = await readFile(join(this.#room.getUpperFolder(machine), HISTORY), 'utf8').catch(() => '');
    return readAskedPackages(log, this.#read.get(machine) ?? 0);
  }
}
