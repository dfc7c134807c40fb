import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

import type {Deployment} from '../deployment.ts';
import {parseLibvirtLog} from './libvirt-log.ts';
import {lookAtProcesses, type Places} from './process-table.ts';
import {judge, type GuestEvent} from './verdict.ts';

/** What is started elsewhere after a fence is started seconds later. */
const LOOK_MS = 1000;

/** What a watch has seen. */
export interface Verdict {
  /** Each is a guest that ran, or was to run, twice; none when all is well. */
  readonly problems: readonly string[];
  /** How many starts libvirt has logged. */
  readonly starts: number;
  readonly looks: number;
}

/**
 * Watches every machine of a model for guests that are started while they live elsewhere. Starts come from libvirt's own logs, in
 * which none is missing, however short; that a process is gone is looked up among the processes of this computer.
 */
export class GuestWatch {
  readonly #folder: string;
  readonly #places: Places;
  readonly #begun = Date.now();
  readonly #looks: GuestEvent[] = [];
  #timer: NodeJS.Timeout | null = null;

  private constructor(folder: string, places: Places) {
    this.#folder = folder;
    this.#places = places;
  }

  /** Begins to watch. What runs already is seen too. */
  static async begin(deployment: Deployment): Promise<GuestWatch> {
    const {folder, id} = deployment.juju.place;
    const names = new Map(deployment.computes.map(({name, machine}) => [machine, name]));
    const hosts = new Map(
      (await deployment.listMachines()).map((machine) => [machine.replaceAll('/', '-'), names.get(machine) ?? machine]),
    );
    const watch = new GuestWatch(folder, {prefix: `jl-${id}-`, hosts});
    watch.#look();
    watch.#timer = setInterval(() => {
      watch.#look();
    }, LOOK_MS);
    watch.#timer.unref();
    return watch;
  }

  #look(): void {
    this.#looks.push(lookAtProcesses(this.#places, Date.now));
  }

  /** Ends it, and gives what was seen. */
  async end(): Promise<Verdict> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    const events = [...this.#looks, ...(await this.#readLogs())];
    // After the logs, so that what they say last is looked up too.
    events.push(lookAtProcesses(this.#places, Date.now));
    return {
      problems: judge(events),
      starts: events.filter(({kind}) => kind === 'start').length,
      looks: this.#looks.length,
    };
  }

  /** Of machines that are off too: what a machine writes is on this computer's disk at once. */
  async #readLogs(): Promise<readonly GuestEvent[]> {
    const found: GuestEvent[] = [];
    for (const [slug, host] of this.#places.hosts) {
      const folder = join(this.#folder, 'machines', slug, 'upper', 'var/log/libvirt/qemu');
      for (const name of await readdir(folder).catch((): string[] => [])) {
        if (!/\.log(\.\d+)?$/.test(name)) continue;
        const events = parseLibvirtLog(await readFile(join(folder, name), 'utf8'), host);
        found.push(...events.filter(({time}) => time >= this.#begun));
      }
    }
    return found;
  }
}
