import {getRelation} from '../model/model.ts';
import {setRelationDying} from '../uniter/relations.ts';
import type {GlobalOptions} from './session.ts';
import {createUsageError, type DefineVerb} from './verb.ts';

/** remove-relation APPLICATION[:ENDPOINT] APPLICATION[:ENDPOINT], or its ID */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<first>', 'application[:endpoint], or the id of the relation')
    .argument('[second]', 'application[:endpoint]')
    .option('--force', 'accepted')
    .action((first: string, second: string | undefined, options: GlobalOptions) =>
      session.change(options, (running) => {
        if (second !== undefined) running.removeRelation(first, second);
        else if (/^\d+$/.test(first)) setRelationDying(running.world, getRelation(running.state, first));
        else throw createUsageError('a relation must involve two applications');
      }),
    );
};
