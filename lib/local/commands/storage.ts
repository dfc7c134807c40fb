import {describeStorage, renderStorage} from '../views/storage.ts';
import {renderJson, renderYaml} from '../views/yaml.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

/** storage [--format tabular|yaml|json] */
export const define: DefineVerb = (command, session) => {
  command
    .option('--format <format>', 'tabular, yaml or json', 'tabular')
    .action(async (options: GlobalOptions & {readonly format: string}) => {
      const model = await session.readState(options);
      if (Object.keys(model.storage).length === 0) session.tell('No storage to display.');
      else if (options.format === 'json') session.print(renderJson({storage: describeStorage(model)}));
      else if (options.format === 'yaml') session.input.write(renderYaml({storage: describeStorage(model)}));
      else session.input.write(renderStorage(model));
    });
};
