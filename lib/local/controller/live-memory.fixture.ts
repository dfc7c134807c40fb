import {mkdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {createMemoryFiles} from '../charms/files.ts';
import {CharmLibrary} from '../charms/library.ts';
import {createLoader} from '../charms/program.ts';
import type {CloudTable} from '../clouds.ts';
import {LocalError} from '../errors.ts';
import {MemoryCloud} from '../memory/cloud.ts';
import type {MachineState} from '../model/state.ts';
import {createAgentClock} from '../uniter/agent-clock.ts';
import {Agents} from '../uniter/agents.ts';
import {createWorld} from '../world.ts';
import type {LiveCloud, LiveModel, LiveModelSetting, LiveModelSource} from './ports.ts';

/** Where the machines of a test's models leave something outside the data folder, as real ones leave mounts and processes. */
export function getHostFolder(dataFolder: string): string {
  return `${dataFolder}-host`;
}

/** A cloud that has its models in a process, with the hosts of the memory cloud: all but the machines is as on real ones. */
export const LIVE_MEMORY: CloudTable = {
  memory: {summary: 'in memory', loadLive: null},
  live: {summary: 'in a process', loadLive: () => Promise.resolve(new LiveMemory())},
};

class LiveMemory implements LiveCloud {
  readonly options = {colour: 'blue', 'api-key': ''};

  readonly checkOptions = ({colour}: Readonly<Record<string, string>>): void => {
    if (colour === 'none') throw new LocalError('config colour must be one');
  };

  checkHost(dataFolder: string): Promise<readonly string[]> {
    return Promise.resolve(dataFolder.includes('unfit') ? ['no room on the disk', 'no luck'] : []);
  }

  async openModel(wanted: LiveModelSetting & LiveModelSource): Promise<LiveModel> {
    const {state, saved, now, folder, progress} = wanted;
    const load = createLoader();
    const rest = getRest(wanted);
    await mkdir(rest, {recursive: true});
    await mkdir(folder, {recursive: true});
    if (wanted.config['colour'] === 'unlucky') throw new LocalError('this model has no luck');
    const cloud = new LiveMemoryCloud({model: state, saved, load, now}, rest, progress);
    const world = createWorld(state, cloud, now);
    const agents = new Agents(world, {
      clock: createAgentClock(),
      chance: () => 0,
      getCondition: () => 'ready',
      onChange: wanted.onChange,
    });
    agents.start();
    return {
      world,
      agents,
      createCharms: (folders) => ({
        library: new CharmLibrary({
          folders,
          files: createMemoryFiles(() => Promise.resolve(join(wanted.dataFolder, 'charms'))),
        }),
        load: ({program, charm}) => load(program, charm.metadata.name),
      }),
      close: () => {
        agents.stop();
        return Promise.resolve();
      },
      destroy: async () => {
        agents.stop();
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
