import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createProcesses, readEnvironment} from '#charm';
import {
  createLayers,
  createLongProcesses,
  createMachineRoom,
  type Layer,
  type Layers,
  type LayersOptions,
  type LocalMachineRoom,
  type ModelState,
} from '#local';

/** Layers are kept between runs of the tests, as a data folder keeps them. */
export const CACHE = fileURLToPath(new URL('../../.cache/machines/', import.meta.url));

const SPACES = [
  {name: 'public', cidr: '10.0.0.0/24'},
  {name: 'internal', cidr: '10.80.0.0/24'},
];

type MachineState = ModelState['machines'][string];

/** A room as the cloud makes one, on a model with two spaces. */
export function createTestRoom(folder: string, id: string): LocalMachineRoom {
  return createMachineRoom({
    ports: {processes: createProcesses(), long: createLongProcesses(), progress: () => undefined},
    folder,
    id,
    spaces: SPACES,
    gateway: [
      {space: 'public', address: '10.0.0.1/24'},
      {space: 'public', address: '10.0.0.205/24'},
      {space: 'internal', address: '10.80.0.1/24'},
    ],
  });
}

/** Layers in a folder that later runs find again, unless other places are given. */
export function createTestLayers(other: Partial<LayersOptions> = {}): Layers {
  return createLayers({
    ports: {processes: createProcesses(), progress: () => undefined},
    folder: join(CACHE, 'layers'),
    downloads: join(CACHE, 'downloads'),
    address: 'http://10.0.0.1:3142',
    environment: readEnvironment(),
    now: Date.now,
    ...other,
  });
}

/** The base of machines, built by the first test that needs it. */
export async function getBaseLayers(): Promise<readonly Layer[]> {
  return [await createTestLayers().ensureBase()];
}

/** A machine or container with an address in each space that ends in `last`. */
export function getTestMachine(id: string, hostname: string, last: number): MachineState {
  return {
    id,
    hostname,
    life: 'alive',
    base: '',
    constraints: '',
    parent: id.includes('/') ? (id.split('/')[0] ?? null) : null,
    containers: [],
    units: [],
    interfaces: SPACES.map(({name, cidr}, index) => ({
      name: `eth${String(index)}`,
      space: name,
      address: cidr.replace('0/24', String(last)),
      cidr,
      mac: `52:54:00:00:0${String(index)}:${last.toString(16).padStart(2, '0')}`,
    })),
    created: 0,
    annotations: {},
  };
}
