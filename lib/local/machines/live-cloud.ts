import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {createLinuxHost, createProcesses, readEnvironment} from '#charm';
import {isApiKey} from '#maas';

import type {LiveCloud, LiveModel, LiveModelSetting, LiveModelSource} from '../controller/ports.ts';
import {CharmLibrary} from '../charms/library.ts';
import {CharmStore} from '../charms/store.ts';
import {LocalError} from '../errors.ts';
import {addLog} from '../model/log.ts';
import {createStatus} from '../model/model.ts';
import {DEFAULT_SPACES} from '../model/spaces.ts';
import type {MachineState, ModelState} from '../model/state.ts';
import {createLongProcesses} from '../processes.ts';
import {pickNumber} from '../random.ts';
import {createAgentClock} from '../uniter/agent-clock.ts';
import {Agents} from '../uniter/agents.ts';
import type {World} from '../uniter/world.ts';
import {createWorld} from '../world.ts';
import {CHARMS_FOLDER, getCharmName} from './agent/agent-paths.ts';
import {UnitAgents} from './agent/unit-agents.ts';
import {AskedRecorder} from './asked-recorder.ts';
import {MachinesCloud} from './cloud.ts';
import {createHostArchiveServer, readHostArchives, type HostArchives} from './layers/host-archives.ts';
import {createLayers} from './layers/layers.ts';
import {PATCHES_FOLDER} from './layers/package-patches.ts';
import {checkMaasAddress, parseMaasAddress} from './maas/address.ts';
import {createPowerControl} from './maas/power-control.ts';
import {createMaasServer} from './maas/server.ts';
import type {Layers, MachinePorts} from './ports.ts';
import {Provisioner} from './provisioner.ts';
import {checkRequirements, readRequirementFacts} from './requirements.ts';
import {createMachineRoom, type LocalMachineRoom} from './room/index.ts';
import {ARCHIVES_PORT, openServices} from './services.ts';
import {MachineStorage} from './storage.ts';

/** Two cores boot no more at a time without waiting for each other. */
const BOOTS_AT_ONCE = 3;

/** How often it is looked up whether somebody switched a machine on or off. */
const LOOK_MS = 1_000;

/** The controller's address in a network is its first. */
const getFirstAddress = (cidr: string): string => cidr.replace(/\d+\/\d+$/, '1');

/** The cloud of real machines on this computer: systemd containers in a network of their own. */
export const MACHINES_CLOUD: LiveCloud = {
  options: {
    'maas-url': 'http://10.0.0.205/MAAS',
    'maas-api-key': '3UC4:zSfGfk:Kaka2VUAD37zGF',
    'package-patches': fileURLToPath(new URL('../../../overlays/package-patches', import.meta.url)),
  },
  folderOptions: ['package-patches'],
  checkOptions: ({'maas-url': url = '', 'maas-api-key': key = ''}) => {
    checkMaasAddress(url, DEFAULT_SPACES);
    if (!isApiKey(key))
      throw new LocalError('config maas-api-key is not valid: it must be three parts joined by colons');
  },
  checkHost: async (dataFolder) => checkRequirements(await readRequirementFacts(createProcesses(), dataFolder)),
  openModel,
  removeRest: (setting) => createRoom(setting, createPorts(setting), DEFAULT_SPACES).destroyAll(),
};

function createPorts({progress}: LiveModelSetting): MachinePorts {
  return {processes: createProcesses(), long: createLongProcesses(), progress};
}

type Spaces = readonly {readonly name: string; readonly cidr: string}[];

function createRoom({folder, id, config}: LiveModelSetting, ports: MachinePorts, spaces: Spaces): LocalMachineRoom {
  const maas = parseMaasAddress(config['maas-url'] ?? '', spaces);
  const gateway = spaces.flatMap(({name, cidr}) => {
    const own = [getFirstAddress(cidr), ...(maas.space === name ? [maas.address] : [])];
    return own.map((address) => ({space: name, address: `${address}/${cidr.split('/')[1] ?? ''}`}));
  });
  return createMachineRoom({ports, folder, id, spaces, gateway});
}

async function openModel(wanted: LiveModelSetting & LiveModelSource): Promise<LiveModel> {
  const {state, folder, dataFolder, now} = wanted;
  await mkdir(folder, {recursive: true, mode: 0o700});
  const ports = createPorts(wanted);
  const room = createRoom(wanted, ports, Object.values(state.spaces));
  const host = await readHostArchives();
  const layers = openLayers(wanted, ports);
  const store = await openStore(dataFolder, ports);
  const unitAgents = new UnitAgents({room});
  const storage = await openStorage(wanted, room, store);
  const provisioner = createProvisioner(
    wanted,
    {room, layers, storage},
    {
      onChange: () => {
        agents.wake();
      },
      onReboot: ({id}) => {
        agents.restarted(id);
      },
    },
  );
  const asked = await openRecorder(layers, room, state);
  const cloud = new MachinesCloud({room, unitAgents, provisioner, asked, storage, ...(await readKind(ports, host))});
  const world = createWorld(state, cloud, now);
  const agents = createAgents(wanted, world, provisioner);
  await room.open();
  const services = await openServicesOf(wanted, {ports, room, host, provisioner});
  provisioner.follow(LOOK_MS);
  agents.start();
  const close = async (): Promise<void> => {
    agents.stop();
    provisioner.stop();
    await unitAgents.close();
    await services.close();
  };
  return {
    world,
    agents: {
      wake: () => {
        provisioner.wake();
        agents.wake();
      },
      whenSettled: (options) => agents.whenSettled(options),
      hold: (steps) => agents.hold(steps),
    },
    createCharms: (folders) => ({
      library: new CharmLibrary({folders, files: store}),
      // What runs on machines is not loaded here.
      load: () => Promise.resolve(null),
    }),
    close: async () => {
      await close();
      await room.close();
    },
    destroy: async () => {
      await close();
      await room.destroyAll();
    },
  };
}

/** What machines of an earlier controller installed is not taken for what the next hook on them asks for. */
async function openRecorder(layers: Layers, room: LocalMachineRoom, {machines}: ModelState): Promise<AskedRecorder> {
  const recorder = new AskedRecorder(layers, room);
  await Promise.all(Object.keys(machines).map((id) => recorder.skip(id)));
  return recorder;
}

async function openStore(dataFolder: string, {processes, progress}: MachinePorts): Promise<CharmStore> {
  const store = new CharmStore({
    folder: join(dataFolder, 'store'),
    cache: join(dataFolder, 'cache'),
    processes,
    notify: progress,
  });
  await store.prepare();
  return store;
}

/** Every machine sees the charms too, and what mends packages. */
async function openStorage(
  {state, folder, config}: LiveModelSetting & LiveModelSource,
  room: LocalMachineRoom,
  store: CharmStore,
): Promise<MachineStorage> {
  const patches = config['package-patches'] ?? '';
  const storage = new MachineStorage({
    model: state,
    folder: join(folder, 'storage'),
    binds: [
      {from: store.folder, to: CHARMS_FOLDER, isWritable: false},
      ...(patches === '' ? [] : [{from: patches, to: PATCHES_FOLDER, isWritable: false}]),
    ],
    room,
  });
  await storage.removeLost();
  return storage;
}

/** What all machines are: what the host is. */
async function readKind(
  {processes}: MachinePorts,
  {distribution: {architecture}}: HostArchives,
): Promise<{readonly base: string; readonly architecture: string}> {
  const {os} = await createLinuxHost({processes}).facts();
  return {base: `${os.id}@${os.version}`, architecture};
}

function createAgents({state, onChange}: LiveModelSource, world: World, provisioner: Provisioner): Agents {
  return new Agents(world, {
    clock: createAgentClock(),
    chance: () => pickNumber(state.order, 1_000) / 1_000,
    getCondition: ({id}) => provisioner.getOutlook(id),
    onChange,
  });
}

interface Ground {
  readonly room: LocalMachineRoom;
  readonly layers: Layers;
  readonly storage: MachineStorage;
}

function createProvisioner(
  {state, now, onChange}: LiveModelSource,
  {room, layers, storage}: Ground,
  told: {readonly onChange: () => void; readonly onReboot: (machine: MachineState) => void},
): Provisioner {
  return new Provisioner({
    model: state,
    room,
    layers,
    getBinds: (machine) => storage.getBinds(machine),
    getCharmHash: (charm) => getCharmName(state.charms[charm]?.folder ?? charm),
    wasUp: ({agent}) => agent?.status === 'started' || agent?.status === 'down',
    onCondition: (machine, condition, message) => {
      machine.agent = createStatus(condition, message, now());
      told.onChange();
      onChange();
    },
    onBoot: (machine, boot) => {
      const isAgain = machine.boot !== undefined && machine.boot !== boot;
      machine.boot = boot;
      if (isAgain) told.onReboot(machine);
    },
    log: ({id}, level, message) => {
      addLog(state, {time: now(), entity: `machine-${id}`, level, module: 'juju.provisioner', message});
      onChange();
    },
    atOnce: BOOTS_AT_ONCE,
  });
}

function openLayers({dataFolder, state, now}: LiveModelSetting & LiveModelSource, ports: MachinePorts): Layers {
  return createLayers({
    ports,
    folder: join(dataFolder, 'layers'),
    downloads: join(dataFolder, 'downloads'),
    address: `http://${getControllerAddress(state)}:${String(ARCHIVES_PORT)}`,
    environment: readEnvironment(),
    now,
  });
}

interface Inside {
  readonly ports: MachinePorts;
  readonly room: LocalMachineRoom;
  readonly host: HostArchives;
  readonly provisioner: Provisioner;
}

async function openServicesOf(
  {folder, id, dataFolder, config, state}: LiveModelSetting & LiveModelSource,
  {ports, room, host, provisioner}: Inside,
): Promise<Awaited<ReturnType<typeof openServices>>> {
  const {processes} = ports;
  const environment = readEnvironment();
  return openServices({
    ports,
    folder,
    id,
    archives: await createHostArchiveServer(join(dataFolder, 'downloads'), host, {processes, environment}),
    address: getControllerAddress(state),
    maas: createMaasServer({
      power: createPowerControl(state, room, provisioner),
      apiKey: config['maas-api-key'] ?? '',
      onFailure: (error) => {
        ports.progress(error instanceof Error ? error.message : String(error));
      },
    }),
    maasAddress: parseMaasAddress(config['maas-url'] ?? '', Object.values(state.spaces)),
  });
}

function getControllerAddress({spaces}: ModelState): string {
  return getFirstAddress(Object.values(spaces)[0]?.cidr ?? '');
}
