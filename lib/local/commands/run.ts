import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';

import {
  getJsonObject,
  getUnitTag,
  isActionName,
  parseActionArguments,
  parseYamlDocument,
  quote,
  type JsonObject,
} from '#juju';

import {LocalError} from '../errors.ts';
import type {RunningModel} from '../local-model.ts';
import {addOperation, findUnit} from '../model/tasks.ts';
import type {TaskState} from '../model/state.ts';
import {formatClock, formatDay} from '../views/time.ts';
import {describeTask} from '../views/task.ts';
import {toPrintable} from '../views/printable.ts';
import {renderJson, renderYaml, type Printable} from '../views/yaml.ts';
import type {GlobalOptions, Session} from './session.ts';
import {createUsageError, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly background?: boolean;
  readonly format: string;
  readonly params?: string;
  readonly stringArgs?: boolean;
}

/** run UNIT... ACTION [KEY=VALUE...] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('[words...]', 'units (app/leader is one), the action, then key.key=value')
    .option('--background', 'do not show the results')
    .option('--format <format>', 'plain, yaml or json', 'plain')
    .option('--params <file>', 'a YAML file of parameters')
    .option('--string-args', 'take all values as text')
    .option('--wait <time>', 'accepted')
    .action(async (words: readonly string[], options: Options) => {
      const units = words.filter(
        (word, index) => /^[^=]+\/(?:\d+|leader)$/.test(word) && words.indexOf(word) === index,
      );
      const [action, ...pairs] = words.filter((word) => !units.includes(word));
      if (action !== undefined && !isActionName(action))
        throw createUsageError(`invalid unit or action name ${quote(action)}`);
      if (units.length === 0) throw createUsageError('no unit specified');
      if (action === undefined) throw createUsageError('no action specified');
      const parameters = {
        ...(await readParameters(session, options)),
        ...parseActionArguments(pairs, options.stringArgs),
      };
      const isBackground = options.background === true;
      const schedule = (running: RunningModel): TaskState[] => {
        for (const unit of units) findUnit(running.state, unit);
        const operation = addOperation(running.state);
        const added = units.map((unit) => running.addTask(unit, action, parameters, operation));
        announce(session, operation, added, isBackground);
        return added;
      };
      const isDone = (tasks: readonly TaskState[]): boolean => isBackground || tasks.every(isOver);
      const tasks = await session.change(options, schedule, {isDone});
      if (!isBackground) show(session, tasks, options.format);
    });
};

function isOver({status}: TaskState): boolean {
  return status === 'completed' || status === 'failed';
}

async function readParameters({input}: Session, {params}: Options): Promise<JsonObject> {
  if (params === undefined) return {};
  const text = await readFile(resolve(input.cwd, params), 'utf8').catch(() => null);
  if (text === null) throw new LocalError(`cannot read parameters from "${params}"`);
  const node = parseYamlDocument(text, params);
  if (node.kind !== 'mapping') throw new LocalError(`${params} must be a map of parameters`);
  return getJsonObject(node, params);
}

function announce(session: Session, operation: string, tasks: readonly TaskState[], isBackground: boolean): void {
  const only = tasks.length === 1 ? tasks[0]?.id : undefined;
  if (isBackground) {
    const what = only === undefined ? `${String(tasks.length)} tasks` : `task ${only}`;
    session.tell(`Scheduled operation ${operation} with ${what}`);
    session.tell(`Check operation status with 'juju-local show-operation ${operation}'`);
    session.tell(`Check task status with 'juju-local show-task ${only ?? '<id>'}'`);
    return;
  }
  session.tell(
    `Running operation ${operation} with ${only === undefined ? `${String(tasks.length)} tasks` : '1 task'}`,
  );
  for (const {id, unit} of tasks) session.tell(`  - task ${id} on ${getUnitTag(unit)}`);
  session.tell('');
  if (only !== undefined) session.tell(`Waiting for task ${only}...`);
}

function show(session: Session, tasks: readonly TaskState[], format: string): void {
  for (const {log} of tasks) {
    for (const {time, message} of log) session.tell(`${formatDay(time)} ${formatClock(time)} +0000 UTC ${message}`);
  }
  if (format === 'yaml' || format === 'json') {
    const data = Object.fromEntries(tasks.map((task) => [task.unit, describeTask(task)]));
    session.input.write(format === 'json' ? `${renderJson(data)}\n` : renderYaml(data));
  } else {
    for (const task of tasks) showPlain(session, task, tasks.length > 1);
  }
  for (const {id, message} of tasks.filter(({status}) => status === 'failed')) {
    session.exitCode = 1;
    session.tell(`Action id ${id} failed: ${message}`);
  }
}

function showPlain(session: Session, task: TaskState, hasBlock: boolean): void {
  const results = Object.fromEntries(Object.entries(task.results).filter(([key]) => key !== 'return-code'));
  const shown = toPrintable(results);
  const data: Printable = hasBlock ? {[task.unit]: shown} : shown;
  if (Object.keys(results).length > 0 || hasBlock) session.input.write(renderYaml(data));
}
