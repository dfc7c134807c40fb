import {parseConfig, parseMetadata, type Charm as JujuCharm} from '#juju';
import type {Charm, DispatchPorts} from '#charm';

import type {AgentPlaces, CharmResult, CharmRun, Cloud, MachineContents} from '../cloud.ts';
import {addApplication} from '../deploy/applications.ts';
import {electLeaders, placeUnits} from '../deploy/placement.ts';
import {createModelState} from '../model/model.ts';
import type {ApplicationState, ConfigValue} from '../model/state.ts';
import {createWorld} from '../world.ts';
import type {World} from './world.ts';

/** A model for tests of this room: charms are a few lines of metadata and a function, machines hold nothing. */
export interface Fixture {
  readonly world: World;
  /** `unit hook` of every hook in the order they ran, remote units in brackets. */
  readonly hooks: string[];
  /** What a charm does when its hook runs; by application. */
  readonly programs: Record<string, (ports: DispatchPorts) => Promise<number>>;
}

/** A hook's name from its environment: `mysql/0 db-relation-joined(app/1)`. */
export function describeRun(environment: DispatchPorts['environment']): string {
  const name = (environment['JUJU_DISPATCH_PATH'] ?? '').replace(/^(?:hooks|actions)\//, '');
  const remote = environment['JUJU_REMOTE_UNIT'] ?? '';
  return `${environment['JUJU_UNIT_NAME'] ?? ''} ${name}${remote === '' ? '' : `(${remote})`}`;
}

class FixtureCloud implements Cloud {
  readonly name = 'fixture';
  readonly #fixture: Pick<Fixture, 'hooks' | 'programs'>;

  constructor(fixture: Pick<Fixture, 'hooks' | 'programs'>) {
    this.#fixture = fixture;
  }

  createMachine(): Promise<void> {
    return Promise.resolve();
  }

  destroyMachine(): Promise<void> {
    return Promise.resolve();
  }

  getAgentPlaces(): AgentPlaces {
    return {charmFolder: '/charm', socket: '@agent'};
  }

  async runCharm({unit, environment, tools}: CharmRun): Promise<CharmResult> {
    this.#fixture.hooks.push(describeRun(environment));
    const program = this.#fixture.programs[unit.application];
    const host: DispatchPorts['host'] = {
      files: {
        read: () => Promise.resolve(null),
        replace: () => Promise.resolve(),
        remove: () => Promise.resolve(),
        list: () => Promise.resolve([]),
        ship: () => Promise.resolve(),
        isShipped: () => Promise.resolve(false),
        readFolder: () => Promise.resolve(null),
        setFolder: () => Promise.resolve(),
      },
      processes: {run: (name) => Promise.resolve({exitCode: 127, stdout: '', stderr: `not modelled: ${name}\n`})},
      facts: () => Promise.reject(new Error('no facts')),
      randomBytes: () => '',
    };
    const charm: Charm = {endpoints: [], actions: [], run: program ?? (() => Promise.resolve(0))};
    return {exitCode: await charm.run({environment, tools, host}), errors: []};
  }

  exec(): Promise<{exitCode: number; stdout: string; stderr: string}> {
    return Promise.resolve({exitCode: 127, stdout: '', stderr: 'not modelled\n'});
  }

  readFile(): Promise<string | null> {
    return Promise.resolve(null);
  }

  readContents(): MachineContents {
    return {files: {}, packages: [], services: {}, cib: null};
  }

  save(): unknown {
    return null;
  }
}

/** An empty fixture with that seed. */
export function createFixture(seed = 1): Fixture {
  const model = createModelState({name: 'test', controller: 'c', seed, secret: 's', now: 0});
  const hooks: string[] = [];
  const programs: Fixture['programs'] = {};
  let time = 0;
  return {world: createWorld(model, new FixtureCloud({hooks, programs}), () => (time += 1000)), hooks, programs};
}

export interface FixtureApplication {
  /** metadata.yaml without name, summary and description. */
  readonly metadata?: string;
  /** config.yaml. */
  readonly config?: string;
  readonly units?: number;
  /** A machine for all units; new ones unless given. */
  readonly machine?: string;
  readonly settings?: Readonly<Record<string, ConfigValue>>;
  /** Directives by store. */
  readonly storage?: Readonly<Record<string, string>>;
}

/** Adds an application with its charm and units. */
export async function addFixtureApplication(
  {world}: Fixture,
  name: string,
  {metadata = '', config, units = 0, machine = '', settings = {}, storage = {}}: FixtureApplication,
): Promise<ApplicationState> {
  const declared: JujuCharm = {
    metadata: parseMetadata(`name: ${name}\nsummary: s\ndescription: d\n${metadata}`),
    config: config === undefined ? {} : parseConfig(config),
    actions: {},
    manifest: {bases: []},
    revision: 0,
    version: '',
    path: `/charms/${name}`,
    kind: 'directory',
  };
  const url = `local:${name}-0`;
  const charm = {url, name, revision: 0, folder: declared.path, program: name, stamp: 0, declared};
  world.model.charms[url] = charm;
  const application = addApplication(world, {name, charm, base: 'ubuntu@22.04/stable', settings, storage});
  await placeUnits(
    world,
    name,
    units,
    Array.from({length: units}, () => ({container: '', machine})),
  );
  electLeaders(world);
  return application;
}
