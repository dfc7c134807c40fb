import {confirmName, describeItems, describeLoss, isAsking, type PromptOptions} from './confirmation.ts';
import {ControllerFolder} from '../controller/folder.ts';
import type {LiveCloud} from '../controller/ports.ts';
import {LocalError} from '../errors.ts';
import type {Session} from './session.ts';
import type {DefineVerb} from './verb.ts';

/** kill-controller CONTROLLER */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<controller>', "the controller's name")
    .option('--no-prompt', 'do not ask for confirmation')
    .option('--destroy-all-models', 'accepted; its models go in any case')
    .option('--destroy-storage', 'accepted')
    .option('-t, --timeout <time>', 'accepted')
    .action(async (wanted: string, options: PromptOptions) => {
      const {name} = await session.readController(wanted);
      if (isAsking(session, options)) await confirm(session, name);
      await kill(session, name);
    });
};

async function confirm(session: Session, name: string): Promise<void> {
  const models = await session.data.listModels(name);
  const states = await session.readLoss(name, models);
  const loss = [
    ...describeItems('model', 'destroyed', models),
    ...describeLoss(
      states.flatMap(({machines}) => Object.keys(machines)),
      states.flatMap(({applications}) => Object.keys(applications)),
    ).filter((line) => line.startsWith(' - ')),
  ];
  const more = loss.length === 0 ? '' : ' and affect the following resources';
  session.tell(`This command will destroy the "${name}" controller${more}. It cannot be stopped.`);
  for (const line of loss) session.tell(line);
  await confirmName(session, {name, kind: 'controller', what: 'controller destruction'});
}

async function kill(session: Session, name: string): Promise<void> {
  const {record} = await session.readController(name);
  session.tell(`Destroying controller "${name}"`);
  const {loadLive} = session.getCloud(record.cloud);
  // Not under the lock of the data folder, which a process that does not answer may hold.
  if (loadLive !== null) await removeProcess(session, name, await loadLive());
  await session.withLock(async () => {
    await session.data.removeController(name);
    await session.forgetController(name);
  });
  session.tell('All models reclaimed, cleaning up controller machines');
}

/** Ends the controller's process, and then removes what its models have on this computer, whatever was killed before. */
async function removeProcess(session: Session, name: string, live: LiveCloud): Promise<void> {
  const {stopController} = await import('../controller/start.ts');
  const {listPlaces, removeModelRest} = await import('../controller/rest.ts');
  const folder = new ControllerFolder(session.data.path, name);
  await folder.markKilled();
  await stopController(name, folder);
  const release = await folder.lock((pid) => {
    throw new LocalError(`controller "${name}" was started again, by the process ${String(pid)}: try again`);
  });
  try {
    for (const model of await listPlaces(folder, session.data, name)) {
      session.tell(`Removing model "${model}"`);
      const tell = (line: string): void => {
        session.tell(line);
      };
      await removeModelRest(live, {folder, data: session.data, controller: name, model, tell});
    }
    await folder.remove();
  } finally {
    await release();
  }
}
