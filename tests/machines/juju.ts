import {request} from 'node:http';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import * as z from 'zod/mini';

import {createProcesses, readEnvironment, readRandom, type CommandResult} from '#charm';
import {createLongProcesses, enterRoom, getModelPlace, type FollowedProcess, type TechnicianRoom} from '#local';
import {getAuthorization, parseApiKey} from '#maas';

import {findMaasSocket} from './maas-outage.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const baseBundle = `${root}bundles/openstack-base.yaml`;
export const overlay = `${root}overlays/masakari.yaml`;
/** The seed's deployment, in an OpenStack that only answers. */
export const seedDeployment: readonly string[] = [
  baseBundle,
  ...['--overlay', overlay],
  ...['--overlay', `${root}tests/machines/answering.yaml`],
];

const COMMAND = join(root, 'lib/local/bin/juju-local.mjs');

/** The key in overlays/masakari.yaml, which the machines cloud's MAAS takes unless told another. */
const MAAS_KEY = '3UC4:zSfGfk:Kaka2VUAD37zGF';

const LIMIT_MS = 2_700_000;

/** Layers and downloads are kept between runs: the first one builds them. */
export function getDataFolder(): string {
  return readEnvironment()['JUJU_LOCAL_TEST_DATA'] ?? join(homedir(), '.cache', 'juju-local-tests');
}

const statusText = z.object({current: z.string(), message: z.optional(z.string())});

const container = z.object({
  'juju-status': statusText,
  'machine-status': z.optional(statusText),
  'instance-id': z.string(),
  hostname: z.optional(z.string()),
});
const machine = z.extend(container, {containers: z.optional(z.record(z.string(), container))});
const subordinate = z.object({'workload-status': statusText, leader: z.optional(z.boolean())});
const unit = z.extend(subordinate, {
  machine: z.optional(z.string()),
  subordinates: z.optional(z.record(z.string(), subordinate)),
});

/** What `status --format json` says, as far as the tests look at it. */
const statusShape = z.object({
  machines: z.record(z.string(), machine),
  applications: z.record(z.string(), z.object({units: z.optional(z.record(z.string(), unit))})),
});

export type Status = z.infer<typeof statusShape>;
export type MachineStatus = z.infer<typeof machine>;
export type UnitStatus = z.infer<typeof subordinate>;

const controllersShape = z.object({controllers: z.record(z.string(), z.unknown())});

const maasMachines = z.array(z.object({system_id: z.string()}));
const maasPower = z.object({state: z.string()});

/** A model on a machines controller of its own, driven by the command as a person would. */
export class JujuModel {
  readonly controller: string;
  readonly model: string;
  readonly #data = getDataFolder();

  constructor(controller: string, model = 'seed') {
    this.controller = controller;
    this.model = model;
  }

  /** Runs `juju-local` to its end. */
  run(...argv: readonly string[]): Promise<CommandResult> {
    return createProcesses().run(process.execPath, [COMMAND, ...argv], {
      timeoutMs: LIMIT_MS,
      environment: {JUJU_LOCAL_DATA: this.#data, JUJU_SKIP_CONFIRMATION: '1'},
    });
  }

  /** Runs it while the test goes on, as in a terminal in which somebody may press Ctrl-C, with what it has said so far. */
  follow(...argv: readonly string[]): {readonly process: FollowedProcess; readonly getText: () => string} {
    const lines: string[] = [];
    const following = createLongProcesses().follow(process.execPath, [COMMAND, ...argv], {
      environment: this.#getEnvironment(),
      onLine: (_stream, line) => lines.push(line),
    });
    return {process: following, getText: () => lines.join('\n')};
  }

  /** Runs it to its end and tells each line that it prints meanwhile; it must succeed. */
  async watch(onLine: (line: string) => void, ...argv: readonly string[]): Promise<void> {
    const lines: string[] = [];
    const {ended} = createLongProcesses().follow(process.execPath, [COMMAND, ...argv], {
      environment: this.#getEnvironment(),
      onLine: (_stream, line) => {
        lines.push(line);
        onLine(line);
      },
    });
    const {exitCode} = await ended;
    if (exitCode !== 0)
      throw new Error(`juju-local ${argv.join(' ')} ended with ${String(exitCode)}: ${lines.at(-1) ?? ''}`);
  }

  #getEnvironment(): Readonly<Record<string, string>> {
    return {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', JUJU_LOCAL_DATA: this.#data};
  }

  /** Runs it and gives what it printed; it must succeed. */
  async must(...argv: readonly string[]): Promise<string> {
    const {exitCode, stdout, stderr} = await this.run(...argv);
    if (exitCode !== 0) throw new Error(`juju-local ${argv.join(' ')} exited with ${String(exitCode)}: ${stderr}`);
    return stdout;
  }

  /** Removes what an earlier run may have left, and makes the controller, with these options, and the model. */
  async create(...config: readonly string[]): Promise<void> {
    await this.destroy();
    await this.must('bootstrap', 'machines', this.controller, ...config.flatMap((pair) => ['--config', pair]));
    await this.must('add-model', '--controller', this.controller, this.model);
  }

  async destroy(): Promise<void> {
    const {controllers} = controllersShape.parse(JSON.parse(await this.must('controllers', '--format', 'json')));
    if (this.controller in controllers) await this.must('kill-controller', this.controller);
  }

  get name(): string {
    return `${this.controller}:${this.model}`;
  }

  /** What a command prints on a unit's machine; it must succeed. */
  exec(unit: string, ...command: readonly string[]): Promise<string> {
    return this.must('exec', '-m', this.name, '--unit', unit, '--', ...command);
  }

  async readStatus(): Promise<Status> {
    return statusShape.parse(JSON.parse(await this.must('status', '-m', this.name, '--format', 'json')));
  }

  /** The folder of its machines, and their name on this computer. */
  get place(): {readonly folder: string; readonly id: string} {
    return getModelPlace(this.#data, this.controller, this.model);
  }

  /** The machines as whoever cuts their links has them. Power is the business of MAAS. */
  enterRoom(): TechnicianRoom {
    return enterRoom(this.#data, this.controller, this.model);
  }

  /** Asks the model's MAAS as an administrator would, on the socket that its network's address leads to. */
  async askMaas(method: 'GET' | 'POST', path: string): Promise<{readonly status: number; readonly body: string}> {
    const socketPath = await findMaasSocket(this.place.folder);
    const key = parseApiKey(MAAS_KEY);
    const freshness = {nonce: readRandom(16).toString('hex'), timestamp: Math.floor(Date.now() / 1000)};
    const headers = {authorization: getAuthorization(key, freshness), host: '10.0.0.205'};
    return new Promise((resolve, reject) => {
      const asked = request(
        // Of its own connection: one that was kept may lead to who stood in for the MAAS.
        {socketPath, method, path: `/MAAS/api/2.0/${path}`, headers, agent: false},
        (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (text: string) => (body += text));
          response.on('end', () => {
            resolve({status: response.statusCode ?? 0, body});
          });
        },
      );
      asked.on('error', reject);
      asked.end();
    });
  }

  async #findSystemId(hostname: string): Promise<string> {
    const {body} = await this.askMaas('GET', `machines/?hostname=${hostname}`);
    const [found] = maasMachines.parse(JSON.parse(body));
    if (found === undefined) throw new Error(`MAAS does not know ${hostname}`);
    return found.system_id;
  }

  async switchPower(hostname: string, state: 'on' | 'off'): Promise<void> {
    const id = await this.#findSystemId(hostname);
    const {status} = await this.askMaas('POST', `machines/${id}/?op=power_${state}`);
    if (status !== 200) throw new Error(`MAAS answered ${String(status)} to power_${state} of ${hostname}`);
  }

  async readPower(hostname: string): Promise<string> {
    const id = await this.#findSystemId(hostname);
    const {body} = await this.askMaas('GET', `machines/${id}/?op=query_power_state`);
    return maasPower.parse(JSON.parse(body)).state;
  }
}

/** Every unit of a status by name, subordinates too, each with its machine. */
export function getUnits(status: Status): ReadonlyMap<string, UnitStatus & {readonly machine: string}> {
  const found = new Map<string, UnitStatus & {readonly machine: string}>();
  for (const {units = {}} of Object.values(status.applications)) {
    for (const [name, unit] of Object.entries(units)) {
      const machine = unit.machine ?? '';
      found.set(name, {...unit, machine});
      for (const [other, subordinate] of Object.entries(unit.subordinates ?? {})) {
        found.set(other, {...subordinate, machine});
      }
    }
  }
  return found;
}

/** Units that are not active, with what they say. */
export function getTroubles(status: Status): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...getUnits(status)].flatMap(
      ([
        name,
        {
          'workload-status': {current, message = ''},
        },
      ]) => (current === 'active' ? [] : [[name, `${current}: ${message}`]]),
    ),
  );
}
