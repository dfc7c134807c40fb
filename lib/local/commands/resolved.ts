import type {GlobalOptions} from './session.ts';
import {createUsageError, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly all?: boolean;
  readonly retry: boolean;
}

/** resolved UNIT... */
export const define: DefineVerb = (command, session) => {
  command
    .argument('[units...]', 'units in error')
    .option('--no-retry', 'take the failed hooks as done instead of running them again')
    .option('--all', 'all units in error')
    .action((units: readonly string[], options: Options) => {
      if (units.length === 0 && options.all !== true) throw createUsageError('no unit specified');
      return session.change(options, (running) => {
        const failed = Object.values(running.state.units).filter((unit) => unit.failed !== null);
        const names = options.all === true ? failed.map(({name}) => name) : units;
        for (const name of names) running.resolved(name, {retry: options.retry});
      });
    });
};
