import {runCommand} from '../command.ts';
import type {ModelKeeper} from '../commands/keeper.ts';
import {CLOUDS, type CloudTable} from '../clouds.ts';
import {LocalError} from '../errors.ts';
import {DataFolder} from '../store/data-folder.ts';
import {ControllerFolder} from './folder.ts';
import {HostedModels} from './hosted-models.ts';
import type {LiveCloud} from './ports.ts';
import {createCallServer} from './server.ts';

export interface ControllerOptions {
  /** An absolute path. */
  readonly dataFolder: string;
  readonly name: string;
  readonly clouds?: CloudTable;
  readonly now: () => number;
  /** Takes lines for the controller's log. */
  readonly warn: (line: string) => void;
}

/** The process of a controller at work. */
export interface Controller {
  /** Resolves when somebody asked it over its socket to end; `close` is then to be called. */
  readonly stopped: Promise<void>;
  /** Takes no more calls and runs no more hooks; machines go on, and the next process goes on with them. */
  close(): Promise<void>;
}

/**
 * Serves a controller: its models are in motion as long as this goes on, and calls are answered on its socket. Refused while
 * another process serves it.
 */
export async function serveController(options: ControllerOptions): Promise<Controller> {
  const {dataFolder, name, now, warn} = options;
  const folder = new ControllerFolder(dataFolder, name);
  await folder.create();
  const release = await folder.lock((pid) => {
    throw new LocalError(`controller "${name}" is served already, by the process ${String(pid)}`);
  });
  try {
    await folder.unmarkKilled();
    const data = new DataFolder(dataFolder);
    const models = new HostedModels({
      cloud: await loadCloud(folder, options),
      data,
      controller: name,
      folder,
      now,
      warn,
    });
    const stop = createStop();
    const server = await createCallServer({
      socket: folder.socket,
      now,
      onStop: stop.call,
      run: (input) => {
        const environment = {...input.environment, JUJU_LOCAL_DATA: dataFolder};
        const clouds = options.clouds ?? CLOUDS;
        return runCommand({...input, environment, clouds}, (_session, wanted) => findKeeper(models, name, wanted));
      },
    });
    void models.openAll();
    return {
      stopped: stop.called,
      close: async () => {
        await server.close();
        await models.closeAll();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function loadCloud(folder: ControllerFolder, {name, clouds = CLOUDS}: ControllerOptions): Promise<LiveCloud> {
  const config = await folder.readConfig();
  if (config === null)
    throw new LocalError(`controller "${name}" was never made: ${folder.path} has no controller.json`);
  const load = Object.hasOwn(clouds, config.cloud) ? clouds[config.cloud]?.loadLive : undefined;
  if (load === undefined || load === null) {
    throw new LocalError(`controller "${name}" is on the cloud "${config.cloud}", which has no process`);
  }
  return load();
}

function findKeeper(models: HostedModels, own: string, wanted: string): Promise<ModelKeeper> {
  if (wanted === own) return Promise.resolve(models);
  throw new LocalError(`this is the process of controller "${own}": try again, it is "${wanted}" that is meant now`);
}

function createStop(): {readonly called: Promise<void>; readonly call: () => void} {
  let call = (): void => undefined;
  const called = new Promise<void>((resolve) => {
    call = resolve;
  });
  return {
    called,
    call: () => {
      call();
    },
  };
}
