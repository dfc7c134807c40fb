import {LocalError} from '../errors.ts';
import {switchTo} from './add-model.ts';
import type {DefineVerb} from './verb.ts';

/** destroy-model MODEL */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<model>', '[controller:]model')
    .option('--no-prompt', 'do not ask')
    .option('--force', 'accepted; nothing can hold a model in memory')
    .option('--destroy-storage', 'accepted; storage goes with its model')
    .option('-t, --timeout <time>', 'accepted')
    .option('--no-wait', 'accepted')
    .action((name: string) =>
      session.withLock(async () => {
        const {controller, model} = await session.resolveModel(name);
        if (!(await session.data.listModels(controller)).includes(model)) {
          throw new LocalError(`model ${controller}:admin/${model} not found`);
        }
        session.tell('Destroying model');
        await session.data.removeModel(controller, model);
        const found = await session.readController(controller);
        if (found.record.currentModel === model) {
          const {current} = found.index;
          await switchTo(session, found, '');
          if (current !== controller) await session.data.writeIndex({...(await session.data.readIndex()), current});
        }
        session.tell('Model destroyed.');
      }),
    );
};
