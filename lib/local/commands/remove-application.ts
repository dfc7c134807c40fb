import type {ModelState} from '../model/state.ts';
import {getApplication} from '../model/model.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** remove-application APPLICATION... */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<applications...>', 'applications')
    .option('--no-prompt', 'do not ask; this command never does')
    .option('--no-wait', 'accepted')
    .option('--force', 'remove them even when their hooks fail')
    .option('--destroy-storage', 'accepted')
    .option('--dry-run', 'only say what would be removed')
    .action(async (names: readonly string[], options: Options) => {
      const preview = (state: ModelState): void => {
        for (const name of names) {
          const {units} = getApplication(state, name);
          session.tell(`will remove application ${name}`);
          for (const unit of units) session.tell(`- will remove unit ${unit}`);
        }
      };
      if (options.dryRun === true) {
        preview(await session.readState(options));
        return;
      }
      await session.change(options, (running) => {
        preview(running.state);
        for (const name of names) running.removeApplication(name, {force: options.force === true});
      });
    });
};
