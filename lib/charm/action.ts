import type {HookContext} from './context.ts';
import type {HookTools} from './hook-tools/index.ts';
import type {Host} from './host.ts';
import type {RelationView} from './view.ts';

/** What an action gets. `params` are those of `action-get`, with the defaults of the metadata. */
export interface ActionInput {
  readonly params: Readonly<Record<string, unknown>>;
  readonly context: HookContext;
  readonly host: Host;
  readonly tools: HookTools;
  /** The relations of the charm's endpoints as a hook's view has them; each costs some calls of hook tools. */
  readonly readRelations: () => Promise<readonly RelationView[]>;
}

/** How an action ended. Results are text by key; a dot in a key makes a nested map. */
export type ActionOutcome =
  | {readonly results: Readonly<Record<string, string>>}
  | {readonly failure: string; readonly results?: Readonly<Record<string, string>>};

/** One action of a charm. What it throws fails the action, never the unit. */
export type ActionHandler = (input: ActionInput) => Promise<ActionOutcome>;

/** Runs an action to its end. Whatever goes wrong, even with its results, fails the action and nothing else. */
export async function runAction(handler: ActionHandler | undefined, input: Omit<ActionInput, 'params'>): Promise<void> {
  const {tools} = input;
  if (handler === undefined) {
    await tools.actionFail('this version of the charm has no such action');
    return;
  }
  try {
    const outcome = await handler({...input, params: await tools.actionGet()});
    await tools.actionSet(outcome.results ?? {});
    if ('failure' in outcome) {
      await tools.actionFail(getArgument(outcome.failure));
    }
  } catch (error) {
    await tools.actionFail(getArgument(error instanceof Error ? error.message : String(error)));
  }
}

/** What fits into one argument of a program: Linux takes 128 KiB and no NUL. */
function getArgument(text: string): string {
  return text.replaceAll('\0', ' ').slice(0, 40_000);
}
