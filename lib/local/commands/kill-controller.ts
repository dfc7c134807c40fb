import {confirmName, describeItems, describeLoss, isAsking, type PromptOptions} from './confirmation.ts';
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
      await session.withLock(() => kill(session, wanted));
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

async function kill(session: Session, wanted: string): Promise<void> {
  const {name, index} = await session.readController(wanted);
  session.tell(`Destroying controller "${name}"`);
  await session.data.removeController(name);
  const rest = Object.entries(index.controllers).filter(([other]) => other !== name);
  const current = index.current === name ? (rest[0]?.[0] ?? '') : index.current;
  await session.data.writeIndex({current, controllers: Object.fromEntries(rest)});
  session.tell('All models reclaimed, cleaning up controller machines');
}
