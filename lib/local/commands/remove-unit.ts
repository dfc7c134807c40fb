import {getUnit} from '../model/model.ts';
import type {ModelState} from '../model/state.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** remove-unit UNIT... */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<units...>', 'units')
    .option('--no-prompt', 'do not ask; this command never does')
    .option('--no-wait', 'accepted')
    .option('--force', 'remove them even when their hooks fail')
    .option('--destroy-storage', 'accepted')
    .option('--dry-run', 'only say what would be removed')
    .action(async (units: readonly string[], options: Options) => {
      const preview = (state: ModelState): void => {
        for (const name of units) {
          const {subordinates} = getUnit(state, name);
          session.tell(`will remove unit ${name}`);
          for (const subordinate of subordinates) session.tell(`- will remove unit ${subordinate}`);
        }
      };
      if (options.dryRun === true) {
        preview(await session.readState(options));
        return;
      }
      await session.change(options, (running) => {
        preview(running.state);
        for (const name of units) running.removeUnit(name, {force: options.force === true});
      });
    });
};
