import {resolve} from 'node:path';

import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly channel?: string;
  readonly path?: string;
}

/** refresh APPLICATION */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<application>', 'the application')
    .option('--path <path>', "the charm's folder or archive; the one in the charm library unless given")
    .option('--channel <channel>', 'accepted; the library has one charm of each name')
    .option('--force', 'accepted')
    .option('--force-units', 'accepted')
    .action((name: string, {path, channel, ...options}: Options) =>
      session.change(options, async (running) => {
        const wanted = {
          ...(path === undefined ? {} : {path: resolve(session.input.cwd, path)}),
          ...(channel === undefined ? {} : {channel}),
        };
        session.tell(await running.refresh(name, wanted));
      }),
    );
};
