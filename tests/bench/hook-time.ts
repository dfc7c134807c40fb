import {mkdir, readFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import * as z from 'zod/mini';

import {createProcesses} from '#charm';
import type {FileState} from '#charm';
import {
  getHookEnvironment,
  installHookTools,
  installMachine,
  put,
  runHook,
  writeAgentState,
  writeFreshUnit,
} from '../unit-agent/index.ts';
import type {HookRun} from '../unit-agent/index.ts';
import {quicken} from './answers.ts';
import {settleHacluster} from './settled-hacluster.ts';
import type {SettledHacluster} from './settled-hacluster.ts';
import {getMedian, getMin} from './table.ts';

export interface HookTimes {
  readonly remotes: number;
  /** Milliseconds. */
  readonly hook: {readonly min: number; readonly median: number};
  /** The same runtime on an empty script. */
  readonly empty: {readonly min: number; readonly median: number};
  /** One hook tool alone, and how many processes the hook starts. */
  readonly tool: number;
  readonly processes: number;
  /** Whether hook tools and the machine's programs are compiled; else they are scripts. */
  readonly isCompiled: boolean;
}

export interface HookTimeOptions {
  /** The unpacked charm. */
  readonly charm: string;
  /** A folder of its own. */
  readonly folder: string;
  readonly remotes: number;
  readonly runs: number;
}

/** Times whole processes of an update-status that finds nothing to do, in turns with the same runtime on an empty script. */
export async function timeHook({charm, folder, remotes, runs}: HookTimeOptions): Promise<HookTimes> {
  const settled = await settleHacluster(remotes);
  await writeMachine(folder, settled);
  const path = [join(folder, 'tools'), join(folder, 'programs')];
  const unit = settled.state.unit;
  const env = getHookEnvironment({charm, path, unit, root: join(folder, 'root'), hook: 'update-status'});
  const empty = join(folder, 'empty.mjs');
  await put(empty, '');
  const commands = {
    empty: [join(charm, 'bin', 'node'), empty],
    hook: [join(charm, 'dispatch')],
    tool: [join(folder, 'tools', 'is-leader'), '--format=json'],
  };
  await checkNothingToDo(folder, {charm, path, unit, root: join(folder, 'root'), hook: 'update-status'});
  const isCompiled = await quicken({
    folders: path,
    work: join(folder, 'compiled'),
    calls: settled.calls,
    environment: env,
  });
  const timer = fileURLToPath(new URL('timer.mjs', import.meta.url));
  const stdin = JSON.stringify({runs, cwd: charm, env, commands});
  const {exitCode, stdout, stderr} = await createProcesses().run(process.execPath, [timer], {
    stdin,
    timeoutMs: 600_000,
  });
  if (exitCode !== 0) throw new Error(stderr);
  const times = z.record(z.string(), z.array(z.number())).parse(JSON.parse(stdout));
  const of = (kind: 'empty' | 'hook'): {min: number; median: number} => {
    return {min: getMin(times[kind] ?? []), median: getMedian(times[kind] ?? [])};
  };
  return {
    remotes,
    hook: of('hook'),
    empty: of('empty'),
    tool: getMin(times['tool'] ?? []),
    processes: settled.calls.length,
    isCompiled,
  };
}

/** Two runs settle what the model and the machine differ in; the third must find nothing to do, or something else is timed. */
async function checkNothingToDo(folder: string, hook: HookRun): Promise<void> {
  const readCalls = async (): Promise<string> =>
    (await readFile(join(folder, 'state', 'calls'), 'utf8')) +
    (await readFile(join(folder, 'machine', 'calls'), 'utf8'));
  let before = '';
  for (let turn = 0; turn < 3; turn += 1) {
    before = await readCalls();
    const {exitCode, stderr} = await runHook(hook);
    if (exitCode !== 0) throw new Error(`the packed hook failed: ${stderr}${await readCalls()}`);
  }
  const after = await readCalls();
  if (after !== before) throw new Error(`the packed hook does not come to rest: ${after.slice(before.length)}`);
}

async function writeMachine(folder: string, {state, meta, cib, monitor}: SettledHacluster): Promise<void> {
  const at = (...path: string[]): string => join(folder, ...path);
  await mkdir(folder, {recursive: true});
  await installMachine({programs: at('programs'), state: at('machine')}, {});
  for (const [name, version] of Object.entries(state.host.packages))
    await put(at('machine', 'packages', name), `${version}\n`);
  for (const [name, {isRunning, isEnabled}] of Object.entries(state.host.services)) {
    await put(at('machine', 'units', `${name}.service`), '');
    if (isRunning) await put(at('machine', 'running', `${name}.service`), '');
    if (isEnabled) await put(at('machine', 'enabled', `${name}.service`), '');
  }
  await writeAnswer(at('programs', 'cibadmin'), at('machine', 'cib.xml'), cib);
  await writeAnswer(at('programs', 'crm_mon'), at('machine', 'monitor.xml'), monitor);
  await writeRoot(at('root'), state.host.files);
  await writeUnit(folder, {state, meta});
}

/** A program that prints one text, whatever it is asked. */
async function writeAnswer(program: string, file: string, text: string): Promise<void> {
  await put(file, text);
  await put(program, `#!/bin/sh\nexec cat '${file}'\n`, 0o755);
}

/** Owners are taken from the names of the machine; every name stands for whoever runs this. */
async function writeRoot(root: string, files: Readonly<Record<string, FileState>>): Promise<void> {
  const {uid, gid} = userInfo();
  for (const [path, {content, encoding, mode}] of Object.entries(files)) {
    await put(join(root, path), Buffer.from(content, encoding ?? 'utf8'), mode);
  }
  await put(join(root, 'etc', 'passwd'), `root:x:${uid}:${gid}::/:/bin/sh\n`);
  await put(join(root, 'etc', 'group'), `root:x:${gid}:\nhaclient:x:${uid === 0 ? gid + 1 : gid}:\n`);
}

async function writeUnit(folder: string, {state, meta}: Pick<SettledHacluster, 'state' | 'meta'>): Promise<void> {
  const application = state.unit.split('/')[0] ?? '';
  const defaults = Object.entries(meta.config).map(([name, option]): [string, unknown] => [
    name,
    option.default ?? null,
  ]);
  await writeFreshUnit(join(folder, 'state'));
  await writeAgentState(join(folder, 'state'), {
    unit: state.unit,
    isLeader: state.leader,
    config: {...Object.fromEntries(defaults), ...state.config},
    endpoints: Object.keys(meta.endpoints),
    relations: state.relations.map((relation) => ({
      id: `${relation.endpoint}:${relation.id}`,
      remoteApplication: relation.remoteApplication,
      units: relation.units,
      own: relation.unitData ?? {},
      ownApplication: relation.applicationData ?? {},
      remoteApplicationData: relation.remoteApplication === application ? {} : (relation.remoteApplicationData ?? {}),
    })),
    networks: Object.fromEntries(
      Object.entries(state.networks).map(([binding, network]) => [
        binding,
        {
          'bind-addresses': network.bindAddresses.map(({interfaceName, macAddress, addresses}) => ({
            'interface-name': interfaceName,
            'mac-address': macAddress,
            addresses,
          })),
          'egress-subnets': network.egressSubnets,
          'ingress-addresses': network.ingressAddresses,
        },
      ]),
    ),
  });
  await put(join(folder, 'state', 'status.json'), `${JSON.stringify(state.status)}\n`);
  await put(join(folder, 'state', 'ports.json'), `${JSON.stringify(state.openedPorts)}\n`);
  await installHookTools({tools: join(folder, 'tools'), state: join(folder, 'state')}, process.execPath);
}
