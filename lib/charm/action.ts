import type {HookContext} from './context.ts';
import type {HookTools} from './hook-tools/index.ts';
import type {Host} from './host.ts';

export interface ActionInput {
  readonly params: Readonly<Record<string, unknown>>;
  readonly context: HookContext;
  readonly host: Host;
  readonly tools: HookTools;
}

/** How an action ended. Results are text by key; a dot in a key makes a nested map. */
export type ActionOutcome =
  | {readonly results: Readonly<Record<string, string>>}
  | {readonly failure: string; readonly results?: Readonly<Record<string, string>>};

/** One action of a charm. What it throws fails the action, never the unit. */
export type ActionHandler = (input: ActionInput) => Promise<ActionOutcome>;

export async function runAction(
  handler: ActionHandler | undefined,
  {context, host, tools}: Omit<ActionInput, 'params'>,
): Promise<void> {
  if (handler === undefined) {
    await tools.actionFail('this version of the charm has no such action');
    return;
  }
  const outcome = await run(handler, {context, host, tools, params: await tools.actionGet()});
  await tools.actionSet(outcome.results ?? {});
  if ('failure' in outcome) {
    await tools.actionFail(outcome.failure);
  }
}

async function run(handler: ActionHandler, input: ActionInput): Promise<ActionOutcome> {
  try {
    return await handler(input);
  } catch (error) {
    return {failure: error instanceof Error ? error.message : String(error)};
  }
}
