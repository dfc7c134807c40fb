import type {CommandResult} from '#charm';

/** What a hook tool may read where it was called. Nothing is read before a tool asks: a program's standard input may never end. */
export interface ToolInput {
  readonly readStdin: () => Promise<string>;
  /** A file of the unit's machine, null where there is none; relative paths start from the caller's folder. */
  readonly readFile: (path: string) => Promise<string | null>;
}

/** Answers one call of a hook tool. Text stands for the whole standard input. */
export type HookTools = (tool: string, args: readonly string[], input?: string | ToolInput) => Promise<CommandResult>;
