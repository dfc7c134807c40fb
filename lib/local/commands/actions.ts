import {LocalError} from '../errors.ts';
import {getApplication} from '../model/model.ts';
import {compareText} from '../model/names.ts';
import {renderTable} from '../views/table.ts';
import {renderJson, renderYaml} from '../views/yaml.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly format: string;
}

/** actions APPLICATION */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<application>', 'the application')
    .option('--format <format>', 'tabular, yaml or json', 'tabular')
    .action(async (name: string, options: Options) => {
      const state = await session.readState(options);
      const {charm} = getApplication(state, name);
      const declared = state.charms[charm]?.declared;
      if (declared === undefined) throw new LocalError(`charm ${charm} is not in the model`);
      const found = Object.values(declared.actions).map((action): [string, string] => [
        action.name,
        action.description,
      ]);
      found.sort(([left], [right]) => compareText(left, right));
      const data = Object.fromEntries(found);
      if (options.format === 'json') session.print(renderJson(data));
      else if (options.format === 'yaml') session.input.write(renderYaml(data));
      else if (found.length === 0) session.tell(`No actions defined for ${name}.`);
      else session.input.write(renderTable([['Action', 'Description'], ...found]));
    });
};
