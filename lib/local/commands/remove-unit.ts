import {getPrincipalUnit} from '../model/model.ts';
import type {ModelState} from '../model/state.ts';
import {describeGoingStorage} from '../views/storage.ts';
import {confirmYes, isAsking, parseForce, type ForceOptions, type PromptOptions} from './confirmation.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions, PromptOptions, ForceOptions {
  readonly dryRun?: boolean;
}

/** remove-unit UNIT... */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<units...>', 'units')
    .option('--no-prompt', 'do not ask for confirmation')
    .option('--force', 'remove them even when their hooks fail; hooks that run are ended after a minute')
    .option('--no-wait', 'with --force: end hooks that run at once, and run no others')
    .option('--destroy-storage', 'accepted')
    .option('--dry-run', 'only say what would be removed')
    .action(async (units: readonly string[], options: Options) => {
      const removal = parseForce(options);
      const preview = (state: ModelState): void => {
        const found = units.map((name) => getPrincipalUnit(state, name));
        for (const {name, subordinates} of found) {
          session.tell(`will remove unit ${name}`);
          for (const subordinate of subordinates) session.tell(`- will remove unit ${subordinate}`);
          for (const line of describeGoingStorage(state, [name, ...subordinates])) session.tell(line);
        }
      };
      preview(await session.readState(options));
      if (options.dryRun === true) return;
      if (isAsking(session, options)) await confirmYes(session, 'unit removal');
      await session.change(options, (running) => {
        for (const name of units) running.removeUnit(name, removal);
      });
    });
};
