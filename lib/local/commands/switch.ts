import {LocalError} from '../errors.ts';
import {switchTo} from './add-model.ts';
import type {Session} from './session.ts';
import type {DefineVerb} from './verb.ts';

/** switch [[CONTROLLER:]MODEL] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('[name]', 'model, controller, controller: or controller:model')
    .action((name: string | undefined) =>
      name === undefined ? show(session) : session.withLock(() => choose(session, name)),
    );
};

function describe(controller: string, model: string): string {
  return model === '' ? controller : `${controller}:admin/${model}`;
}

async function show(session: Session): Promise<void> {
  const {name, record} = await session.readController();
  session.print(describe(name, record.currentModel));
}

async function choose(session: Session, text: string): Promise<void> {
  const index = await session.data.readIndex();
  const current = index.controllers[index.current];
  const before = describe(index.current, current?.currentModel ?? '');
  const [controllerName, modelName] = await parseTarget(session, text);
  const controller = await session.readController(controllerName);
  const model = modelName === '' ? controller.record.currentModel : modelName;
  if (model !== '' && !(await session.data.listModels(controller.name)).includes(model)) {
    throw new LocalError(
      `cannot determine if "${text}" is a valid model: model ${controller.name}:admin/${model} not found`,
    );
  }
  await switchTo(session, controller, model);
  const after = describe(controller.name, model);
  session.tell(before === after ? `${after} (no change)` : `${before} -> ${after}`);
}

/** A name alone is a model of the current controller, or else a controller. */
async function parseTarget(session: Session, text: string): Promise<[string, string]> {
  const [first = '', second] = text.split(':');
  if (second !== undefined) return [first, second.replace(/^admin\//, '')];
  const index = await session.data.readIndex();
  const model = first.replace(/^admin\//, '');
  const models = await session.data.listModels(index.current);
  if (!models.includes(model) && index.controllers[first] !== undefined) return [first, ''];
  return [index.current, model];
}
