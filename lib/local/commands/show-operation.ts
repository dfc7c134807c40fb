import {NotFoundError} from '../errors.ts';
import {describeOperation} from '../views/task.ts';
import {renderJson, renderYaml} from '../views/yaml.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly format: string;
}

/** show-operation ID */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<id>', "the operation's id")
    .option('--format <format>', 'yaml or json', 'yaml')
    .option('--wait <time>', 'accepted; no operation runs between commands')
    .option('--utc', 'accepted; times are in UTC')
    .action(async (id: string, options: Options) => {
      const data = describeOperation(await session.readState(options), id);
      if (data === undefined) throw new NotFoundError('operation', id);
      session.input.write(options.format === 'json' ? `${renderJson(data)}\n` : renderYaml(data));
    });
};
