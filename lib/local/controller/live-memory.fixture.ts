import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import type {SettleOptions, SettleResult} from '../api.ts';
import {CharmLibrary} from '../charms/library.ts';
import {createLoader} from '../charms/program.ts';
import type {CloudTable} from '../clouds.ts';
import {MemoryCloud} from '../memory/cloud.ts';
import type {MachineState} from '../model/state.ts';
import {settle} from '../uniter/settle.ts';
import type {World} from '../uniter/world.ts';
import {createWorld} from '../world.ts';
import type {LiveCloud, LiveModel, LiveModelSetting, LiveModelSource, ModelAgents} from './ports.ts';

/** Where the machines of a test's models leave something outside the data folder, as real ones leave mounts and processes. */
export function getHostFolder(dataFolder: string): string {
  return `${dataFolder}-host`;
}

/** A cloud that has its models in a process, with the hosts of the memory cloud: all but the machines is as on real ones. */
export const LIVE_MEMORY: CloudTable = {
  memory: {loadLive: null},
  live: {loadLive: () => Promise.resolve(new LiveMemory())},
};

class LiveMemory implements LiveCloud {
  readonly options = {colour: 'blue', 'api-key': ''};

  checkHost(dataFolder: string): Promise<readonly string[]> {
    return Promise.resolve(dataFolder.includes('unfit') ? ['no room on the disk', 'no luck'] : []);
  }

  async openModel(wanted: LiveModelSetting & LiveModelSource): Promise<LiveModel> {
    const {state, saved, now, folder, progress} = wanted;
    const load = createLoader();
    const rest = getRest(wanted);
    await mkdir(rest, {recursive: true});
    await mkdir(folder, {recursive: true});
    const cloud = new LiveMemoryCloud({model: state, saved, load, now}, rest, progress);
    const world = createWorld(state, cloud, now);
    const agents = new OneByOne(world, wanted.onChange);
    agents.wake();
    return {
      world,
      agents,
      createCharms: (folders) => ({
        library: new CharmLibrary({folders, unpacked: join(wanted.dataFolder, 'charms')}),
        load: ({program, charm}) => load(program, charm.metadata.name),
      }),
      close: () => agents.stop(),
      destroy: async () => {
        await agents.stop();
        for (const id of Object.keys(state.machines)) progress(`machine ${id} is gone`, `machine-${id}`);
        await rm(rest, {recursive: true, force: true});
      },
    };
  }

  removeRest(wanted: LiveModelSetting): Promise<void> {
    return rm(getRest(wanted), {recursive: true, force: true});
  }
}

function getRest({dataFolder, id}: LiveModelSetting): string {
  return join(getHostFolder(dataFolder), id);
}

class LiveMemoryCloud extends MemoryCloud {
  readonly #rest: string;
  readonly #progress: LiveModelSetting['progress'];

  constructor(
    options: ConstructorParameters<typeof MemoryCloud>[0],
    rest: string,
    progress: LiveModelSetting['progress'],
  ) {
    super(options);
    this.#rest = rest;
    this.#progress = progress;
  }

  override async createMachine(machine: MachineState): Promise<void> {
    await super.createMachine(machine);
    await writeFile(join(this.#rest, machine.hostname), '');
    this.#progress(`machine ${machine.id} boots`, `machine-${machine.id}`);
  }

  override async destroyMachine(machine: MachineState): Promise<void> {
    await super.destroyMachine(machine);
    await rm(join(this.#rest, machine.hostname), {force: true});
  }

  getEnterCommand(machine: MachineState, command: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(['enter', machine.hostname, ...command]);
  }
}

/** Runs hooks one at a time for as long as there are any. */
class OneByOne implements ModelAgents {
  readonly #world: World;
  readonly #onChange: () => void;
  readonly #waiting = new Set<NonNullable<SettleOptions['progress']>>();
  #running: Promise<SettleResult> | null = null;
  #isDirty = false;
  #isStopped = false;

  constructor(world: World, onChange: () => void) {
    this.#world = world;
    this.#onChange = onChange;
  }

  wake(): void {
    this.#isDirty = true;
    this.#running ??= this.#run();
  }

  async whenSettled({progress}: Pick<SettleOptions, 'isStopped' | 'progress'>): Promise<SettleResult> {
    if (progress !== undefined) this.#waiting.add(progress);
    this.wake();
    const result = await this.#running;
    if (progress !== undefined) this.#waiting.delete(progress);
    return result ?? {hooks: 0, failed: [], settled: false};
  }

  async #run(): Promise<SettleResult> {
    let result: SettleResult = {hooks: 0, failed: [], settled: false};
    while (this.#isDirty && !this.#isStopped) {
      this.#isDirty = false;
      result = await settle(this.#world, {
        updateStatus: false,
        isStopped: () => this.#isStopped,
        progress: (progress) => {
          this.#onChange();
          for (const tell of this.#waiting) tell(progress);
        },
      });
    }
    this.#running = null;
    return result;
  }

  /** A hook that runs is not waited for: one that never ends must not hold its controller. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return Promise.resolve();
  }
}
