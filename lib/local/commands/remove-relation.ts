import type {RunningModel} from '../local-model.ts';
import {getRelation} from '../model/model.ts';
import type {RelationState} from '../model/state.ts';
import {findPeerRelation, removeRelation} from '../uniter/relations.ts';
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
        else removeRelation(running.world, getOnly(running, first));
      }),
    );
};

/** The relation that one word names: an id, or a peer endpoint. */
function getOnly({state, world}: RunningModel, text: string): RelationState {
  if (/^\d+$/.test(text)) return getRelation(state, text);
  const peer = findPeerRelation(world, text);
  if (peer === null) throw createUsageError('a relation must involve two applications');
  return peer;
}
