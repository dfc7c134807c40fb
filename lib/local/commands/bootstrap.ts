import {stat} from 'node:fs/promises';
import {resolve} from 'node:path';

import {isApplicationName} from '#juju';

import type {CloudTable} from '../clouds.ts';
import {ControllerFolder} from '../controller/folder.ts';
import type {LiveCloud} from '../controller/ports.ts';
import {LocalError} from '../errors.ts';
import type {Index} from '../store/data-folder.ts';
import type {Session} from './session.ts';
import {collect, createUsageError, type DefineVerb} from './verb.ts';

/** bootstrap CLOUD [CONTROLLER] */
export const define: DefineVerb = (command, session) => {
  const clouds = Object.keys(session.clouds).join(' or ');
  command
    .argument('[cloud]', `the cloud: ${clouds}`, 'memory')
    .argument('[controller]', "the controller's name; the cloud's unless given")
    .option('--config <key=value>', 'options of the cloud, see below', collect)
    .addHelpText('after', () => describeClouds(session.clouds))
    .action(async (cloud: string, controller: string | undefined, {config = []}: {config?: readonly string[]}) => {
      const name = controller ?? cloud;
      const {loadLive} = session.getCloud(cloud);
      if (!isApplicationName(name)) throw new LocalError(`invalid controller name "${name}"`);
      const live = (await loadLive?.()) ?? null;
      const given = parseConfig(config, live?.options ?? {}, cloud);
      const options = live === null ? given : await checkOptions(live, given, session.input.cwd);
      await checkName(session, name);
      // Before anything is made in the data folder, the lock too.
      await checkHost(session, live);
      await session.withLock(() => bootstrap(session, {cloud, name, live, options}));
    });
};

function describeClouds(clouds: CloudTable): string {
  const rows = Object.entries(clouds).flatMap(([name, {summary, options = {}}]) => [
    [name, summary] as const,
    ...Object.entries(options).map(([option, what]) => [`  --config ${option}`, what] as const),
  ]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return ['', 'Clouds:', ...rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`)].join('\n');
}

/** The options as the controller's process is to have them. */
async function checkOptions(
  live: LiveCloud,
  given: Readonly<Record<string, string>>,
  from: string,
): Promise<Readonly<Record<string, string>>> {
  const options = await locateFolders(given, live.folderOptions ?? [], from);
  live.checkOptions?.({...live.options, ...options});
  return options;
}

interface Bootstrap {
  readonly cloud: string;
  readonly name: string;
  /** Null where nothing runs between calls. */
  readonly live: LiveCloud | null;
  readonly options: Readonly<Record<string, string>>;
}

async function bootstrap(session: Session, wanted: Bootstrap): Promise<void> {
  const {cloud, name, live} = wanted;
  const index = await checkName(session, name);
  session.tell(`Creating Juju controller "${name}" on ${cloud}/local`);
  const record = {cloud, created: session.input.now(), currentModel: ''};
  const list = (): Promise<void> =>
    session.data.writeIndex({current: name, controllers: {...index.controllers, [name]: record}});
  if (live === null) await list();
  else await startProcess(session, wanted, list);
  session.tell(`Bootstrap complete, controller "${name}" is now available`);
  session.tell(`Its state is kept in ${session.data.path}; ${getLife(live)}`);
  session.tell('');
  session.tell('Now you can run');
  session.tell('\tjuju-local add-model <model-name>');
  session.tell('to create a new model to deploy workloads.');
}

async function checkName(session: Session, name: string): Promise<Index> {
  const index = await session.data.readIndex();
  if (index.controllers[name] !== undefined) throw new LocalError(`controller "${name}" already exists`);
  return index;
}

function getLife(live: LiveCloud | null): string {
  return live === null ? 'nothing runs between commands' : 'its process goes on between commands';
}

/** One line for each thing that is missing; the last of them is the error. */
async function checkHost(session: Session, live: LiveCloud | null): Promise<void> {
  const problems = (await live?.checkHost(session.data.path)) ?? [];
  const last = problems.at(-1);
  if (last === undefined) return;
  for (const problem of problems.slice(0, -1)) session.tell(`ERROR ${problem}`);
  throw new LocalError(last);
}

/** A controller is listed before its process starts, so that `kill-controller` finds it whatever is killed meanwhile. */
async function startProcess(
  session: Session,
  {cloud, name, options}: Bootstrap,
  list: () => Promise<void>,
): Promise<void> {
  const {startAndConnect, startController, stopController} = await import('../controller/start.ts');
  const folder = new ControllerFolder(session.data.path, name);
  await folder.writeConfig({cloud, config: options});
  await list();
  try {
    const start = session.input.startController ?? startController;
    const link = await startAndConnect(name, {dataFolder: session.data.path, folder, start});
    link.close();
  } catch (error) {
    await stopController(name, folder);
    await folder.remove();
    await session.forgetController(name);
    throw error;
  }
}

/** Whoever serves the controller is in another folder than its user. */
async function locateFolders(
  config: Readonly<Record<string, string>>,
  names: readonly string[],
  from: string,
): Promise<Readonly<Record<string, string>>> {
  const located = {...config};
  for (const name of names) {
    const value = config[name] ?? '';
    if (value === '') continue;
    const folder = resolve(from, value);
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) throw new LocalError(`config ${name}: there is no folder ${folder}`);
    located[name] = folder;
  }
  return located;
}

function parseConfig(
  pairs: readonly string[],
  known: Readonly<Record<string, string>>,
  cloud: string,
): Record<string, string> {
  const config: Record<string, string> = {};
  for (const pair of pairs) {
    // Nothing of the value is repeated: it may be a secret.
    const [, key = '', value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (value === undefined) throw createUsageError('expected key=value for option --config');
    if (!Object.hasOwn(known, key)) {
      const names = Object.keys(known).join(', ');
      throw new LocalError(`cloud "${cloud}" has no option "${key}"${names === '' ? '' : `, only: ${names}`}`);
    }
    config[key] = value;
  }
  return config;
}
