import {LocalError} from '../errors.ts';
import {switchTo} from './add-model.ts';
import {confirmName, describeLoss, isAsking, type PromptOptions} from './confirmation.ts';
import type {ModelName} from './keeper.ts';
import type {Session} from './session.ts';
import type {DefineVerb} from './verb.ts';

/** destroy-model MODEL */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<model>', '[controller:]model')
    .option('--no-prompt', 'do not ask for confirmation')
    .option('--force', 'accepted; nothing can hold a model')
    .option('--destroy-storage', 'accepted; storage goes with its model')
    .option('-t, --timeout <time>', 'accepted')
    .option('--no-wait', 'accepted')
    .action(async (name: string, options: PromptOptions) => {
      const wanted = await findModel(session, name);
      const keeper = await session.getKeeper(wanted.controller);
      await keeper.claim(wanted);
      if (isAsking(session, options)) await confirm(session, wanted);
      session.tell('Destroying model');
      await keeper.remove(session, wanted);
      await session.withLock(() => leave(session, wanted));
      session.tell('Model destroyed.');
    });
};

async function findModel(session: Session, name: string): Promise<ModelName> {
  const {controller, model} = await session.resolveModel(name);
  if (!(await session.data.listModels(controller)).includes(model)) {
    throw new LocalError(`model ${controller}:admin/${model} not found`);
  }
  return {controller, model};
}

async function confirm(session: Session, {controller, model}: ModelName): Promise<void> {
  const [state] = await session.readLoss(controller, [model]);
  const loss = describeLoss(Object.keys(state?.machines ?? {}), Object.keys(state?.applications ?? {}));
  const more = loss.length === 0 ? '' : ' and affect the following resources';
  session.tell(`This command will destroy the "${model}" model${more}. It cannot be stopped.`);
  for (const line of loss) session.tell(line);
  await confirmName(session, {name: model, kind: 'model', what: 'model destruction'});
}

/** The model is no longer its controller's current one. */
async function leave(session: Session, {controller, model}: ModelName): Promise<void> {
  const found = await session.readController(controller);
  if (found.record.currentModel !== model) return;
  const {current} = found.index;
  await switchTo(session, found, '');
  if (current !== controller) await session.data.writeIndex({...(await session.data.readIndex()), current});
}
