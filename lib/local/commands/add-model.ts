import {DEFAULT_SECRET, DEFAULT_SEED} from '../create-model.ts';
import {LocalError} from '../errors.ts';
import {createModelState} from '../model/model.ts';
import {parseSeed, type GlobalOptions, type Session} from './session.ts';
import {collect, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly config?: readonly string[];
  readonly switch: boolean;
}

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** add-model NAME [CLOUD] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<name>', "the model's name")
    .argument('[cloud]', "cloud or region: the controller's own")
    .option('--config <key=value>', 'model options: seed, secret', collect)
    .option('--no-switch', 'do not make it the current model')
    .option('-c, --controller <controller>', 'controller to operate in')
    .action((name: string, _cloud: string | undefined, options: Options & {controller?: string}) =>
      session.withLock(() => addModel(session, name, options)),
    );
};

async function addModel(session: Session, name: string, options: Options & {controller?: string}): Promise<void> {
  const controller = await session.readController(options.controller);
  if (!NAME.test(name))
    throw new LocalError(
      `"${name}" is not a valid name: model names may only contain lowercase letters, digits and hyphens`,
    );
  if ((await session.data.listModels(controller.name)).includes(name)) {
    throw new LocalError(`failed to create new model: model "${name}" for admin already exists (already exists)`);
  }
  const config = parseConfig(options.config ?? []);
  const seed = options.seed ?? config['seed'];
  const state = createModelState({
    name,
    controller: controller.name,
    seed: seed === undefined ? DEFAULT_SEED : parseSeed(seed),
    secret: config['secret'] ?? DEFAULT_SECRET,
    now: session.input.now(),
  });
  state.cloud = controller.record.cloud;
  await (await session.getKeeper(controller.name)).add(session, state);
  if (options.switch) await switchTo(session, controller, name);
  const {cloud} = controller.record;
  session.tell(`Added '${name}' model on ${cloud}/local with credential '${cloud}' for user 'admin'`);
}

function parseConfig(pairs: readonly string[]): Readonly<Record<string, string>> {
  const config: Record<string, string> = {};
  for (const pair of pairs) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    if (key !== 'seed' && key !== 'secret') throw new LocalError(`model option "${pair}" is not modelled: use seed=N`);
    config[key] = value;
  }
  return config;
}

/** Makes a model the current one of its controller. */
export async function switchTo(
  session: Session,
  {name, record, index}: Awaited<ReturnType<Session['readController']>>,
  model: string,
): Promise<void> {
  const controllers = {...index.controllers, [name]: {...record, currentModel: model}};
  await session.data.writeIndex({current: name, controllers});
}
