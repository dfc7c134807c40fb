import {Command, CommanderError} from 'commander';

import {VERBS, type VerbEntry} from './commands/index.ts';
import {getElsewhere} from './commands/keeper.ts';
import {StoredModels} from './commands/stored-models.ts';
import {Session, type CommandInput, type FindKeeper} from './commands/session.ts';
import {LocalError} from './errors.ts';
import {getBinaryVersion} from './model/model.ts';

export type {CommandInput} from './commands/session.ts';

/**
 * Runs `juju-local` once and gives its exit status: 0, 1 for what can not be done, 2 for a wrong command line. A call about a model
 * that a controller's process has is run by that process.
 */
export async function runJujuLocal(input: CommandInput): Promise<number> {
  return runCommand(input, async (session, controller, {loadLive}) => {
    if (loadLive === null) return new StoredModels();
    const {ElsewhereModels} = await import('./commands/elsewhere-models.ts');
    return new ElsewhereModels(controller, session.data.path, loadLive);
  });
}

/** The same with models that are found in another way. */
export async function runCommand(input: CommandInput, findKeeper: FindKeeper): Promise<number> {
  const session = new Session(input, findKeeper);
  try {
    return await runVerb(input, session);
  } catch (error) {
    const elsewhere = getElsewhere(error);
    return elsewhere === null ? report(input, error) : forward(session, elsewhere);
  }
}

async function forward(session: Session, controller: string): Promise<number> {
  try {
    const {forward: hand} = await import('./commands/elsewhere-models.ts');
    return await hand(session, controller);
  } catch (error) {
    return report(session.input, error);
  }
}

async function runVerb(input: CommandInput, session: Session): Promise<number> {
  const program = createProgram(input);
  const wanted = findVerb(input.argv);
  let status = 0;
  for (const [name, entry] of Object.entries(VERBS)) {
    const command = addVerb(program, name, entry, input);
    if (wanted !== name) continue;
    (await entry.load()).define(command, session);
    command.option('-m, --model <model>', 'model to operate in: [controller:]model');
    command.option('--seed <number>', 'decides every order that Juju leaves open, from now on');
    command.hook('postAction', () => {
      status = session.exitCode;
    });
  }
  if (wanted === null) checkVerb(input.argv);
  await program.parseAsync(isHelp(input.argv) ? ['--help'] : [...input.argv], {from: 'user'});
  return status;
}

/** The help of the command itself: no words, and help on help. */
function isHelp(argv: readonly string[]): boolean {
  return argv.length === 0 || (argv[0] === 'help' && argv[1] === 'help');
}

function createProgram({write, warn}: CommandInput): Command {
  const program = new Command('juju-local');
  return program
    .description(
      'A Juju for one computer: the verbs of Juju, with units that live in memory or on machines of this computer.',
    )
    .version(getBinaryVersion(process.arch), '--version', 'Shows which Juju it behaves as.')
    .helpCommand('help [verb]', 'Shows help on a verb.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({writeOut: write, writeErr: warn, outputError: () => undefined});
}

function addVerb(
  program: Command,
  name: string,
  {summary, aliases = []}: VerbEntry,
  {write, warn}: CommandInput,
): Command {
  const command = program
    .command(name)
    .description(summary)
    .aliases([...aliases]);
  return command.exitOverride().configureOutput({writeOut: write, writeErr: warn, outputError: () => undefined});
}

/** The verb that the words name; options in front of it may stand alone only. */
function findVerb(argv: readonly string[]): string | null {
  const word = argv.slice(argv[0] === 'help' ? 1 : 0).find((text) => !text.startsWith('-'));
  const found = Object.entries(VERBS).find(([name, {aliases = []}]) => name === word || aliases.includes(word ?? ''));
  return found?.[0] ?? null;
}

function checkVerb(argv: readonly string[]): void {
  const words = argv.filter((text) => !text.startsWith('-'));
  const word = words[0] === 'help' ? words[1] : words[0];
  if (word === undefined || word === 'help') return;
  const message = `juju-local: "${word}" is not a juju-local command. See "juju-local --help".`;
  throw new LocalError(message, {exitCode: 2});
}

/** One line on standard error, whatever went wrong; a defect of the program says so. */
function report({warn}: CommandInput, error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(warn, error);
  const message = error instanceof Error ? error.message : String(error);
  warn(`ERROR ${message.trimEnd()}\n`);
  return getExitCode(error);
}

/** Looked up by name, since a test runner may load verbs and this file in different ways. */
function getExitCode(error: unknown): number {
  return error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 1;
}

function reportUsage(warn: (text: string) => void, {code, message, exitCode}: CommanderError): number {
  if (exitCode === 0 || code === 'commander.help') return exitCode;
  const [, option] = /^error: unknown option '([^']*)'/.exec(message) ?? [];
  const text = option === undefined ? message.replace(/^error: /, '') : `option provided but not defined: ${option}`;
  warn(`ERROR ${text.split('\n')[0] ?? ''}\n`);
  return 2;
}
