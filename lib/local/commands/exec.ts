import type {CommandResult} from '#charm';

import {LocalError} from '../errors.ts';
import type {RunningModel} from '../local-model.ts';
import {getApplication, getMachine} from '../model/model.ts';
import {findUnit, parseMachines} from '../model/tasks.ts';
import {renderYaml, type Printable} from '../views/yaml.ts';
import type {GlobalOptions, Session} from './session.ts';
import {createUsageError, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly unit?: string;
  readonly application?: string;
  readonly machine?: string;
  readonly all?: boolean;
}

interface Target {
  readonly name: string;
  readonly run: () => Promise<CommandResult>;
}

/** exec --unit UNIT -- COMMAND */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<command...>', 'the command, best behind --')
    .option('-u, --unit <units>', 'units, separated by commas; app/leader is one')
    .option('-a, --application <applications>', 'all units of applications')
    .option('--app <applications>', 'the same')
    .option('--machine <machines>', 'machines')
    .option('--all', 'all machines')
    .option('--wait <time>', 'accepted')
    .option('--parallel', 'accepted')
    .option('--execution-group <group>', 'accepted')
    .option('--operator', 'accepted')
    .action(async (words: readonly string[], options: Options & {app?: string}) => {
      const application = options.application ?? options.app;
      const wanted = {...options, ...(application === undefined ? {} : {application})};
      const results: {name: string; result: CommandResult}[] = [];
      const runAll = async (running: RunningModel): Promise<void> => {
        for (const {name, run} of getTargets(running, words, wanted)) results.push({name, result: await run()});
      };
      await session.change(options, runAll, {isLook: true});
      show(session, results);
    });
};

function getTargets(running: RunningModel, words: readonly string[], options: Options): Target[] {
  const {state, world} = running;
  const units = [
    ...split(options.unit).map((name) => findUnit(state, name).name),
    ...split(options.application).flatMap((name) => getApplication(state, name).units),
  ];
  const machines =
    options.all === true
      ? Object.keys(state.machines)
      : options.machine === undefined
        ? []
        : parseMachines(options.machine);
  const targets = [
    ...units.map((name) => ({name, run: () => running.exec(name, words)})),
    ...machines.map((id) => ({name: id, run: () => world.cloud.exec(getMachine(state, id), words)})),
  ];
  if (targets.length === 0)
    throw createUsageError('You must specify a target, either through --all, --machine, --application or --unit');
  for (const id of machines) getMachine(state, id);
  return targets;
}

function split(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((part) => part.trim());
}

/** One target's output is passed through with its exit status; of several, each has its block. */
function show(session: Session, results: readonly {name: string; result: CommandResult}[]): void {
  const [only] = results;
  if (results.length === 1 && only !== undefined) {
    session.input.write(only.result.stdout);
    session.input.warn(only.result.stderr);
    session.exitCode = only.result.exitCode;
    return;
  }
  for (const {name, result} of results) {
    const block: Printable = {
      [name]: {
        'return-code': result.exitCode,
        stdout: result.stdout === '' ? undefined : result.stdout,
        stderr: result.stderr === '' ? undefined : result.stderr,
      },
    };
    session.input.write(renderYaml(block));
  }
  if (results.some(({result}) => result.exitCode !== 0)) throw new LocalError('some commands failed');
}
