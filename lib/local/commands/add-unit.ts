import {parseCount} from './deploy.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly numUnits: string;
  readonly to?: string;
}

/** add-unit APPLICATION */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<application>', 'the application')
    .option('-n, --num-units <count>', 'number of units', '1')
    .option('--to <placement>', 'machines, lxd:machine or new, separated by commas')
    .action((name: string, {numUnits, to, ...options}: Options) =>
      session.change(options, async (running) => {
        await running.addUnit(name, {units: parseCount(numUnits), ...(to === undefined ? {} : {to: to.split(',')})});
      }),
    );
};
