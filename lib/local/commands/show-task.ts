import {NotFoundError} from '../errors.ts';
import {describeTask} from '../views/task.ts';
import {renderJson, renderYaml} from '../views/yaml.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly format: string;
}

/** show-task ID */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<id>', "the task's id")
    .option('--format <format>', 'yaml or json', 'yaml')
    .option('--wait <time>', 'accepted; no task runs between commands')
    .option('--utc', 'accepted; times are in UTC')
    .action(async (id: string, options: Options) => {
      const {tasks} = await session.readState(options);
      const task = Object.hasOwn(tasks, id) ? tasks[id] : undefined;
      if (task === undefined) throw new NotFoundError('task', id);
      const data = describeTask(task);
      session.input.write(options.format === 'json' ? `${renderJson(data)}\n` : renderYaml(data));
    });
};
