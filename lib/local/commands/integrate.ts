import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

/** integrate APPLICATION[:ENDPOINT] APPLICATION[:ENDPOINT] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<first>', 'application[:endpoint]')
    .argument('<second>', 'application[:endpoint]')
    .option('--via <networks>', 'accepted; there is one model only')
    .action((first: string, second: string, options: GlobalOptions) =>
      session.change(options, (running) => {
        running.integrate(first, second);
      }),
    );
};
