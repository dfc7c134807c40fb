import {isMachineId} from '#juju';

import {LocalError} from '../errors.ts';
import {getMachine} from '../model/model.ts';
import {findUnit} from '../model/tasks.ts';
import type {MachineState, ModelState} from '../model/state.ts';
import type {GlobalOptions, Session} from './session.ts';
import type {DefineVerb} from './verb.ts';

/** ssh UNIT|MACHINE [COMMAND...] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<target>', 'a unit (app/leader is one) or a machine')
    .argument('[command...]', 'a command instead of a shell')
    .option('--pty <flag>', 'accepted; the terminal is passed on as it is')
    .option('--proxy', 'accepted')
    .option('--no-host-key-checks', 'accepted')
    // What follows the target belongs to the command on the machine, its options too.
    .passThroughOptions()
    .action((target: string, words: readonly string[], options: GlobalOptions) =>
      enter(session, target, words, options),
    );
};

async function enter(
  session: Session,
  target: string,
  words: readonly string[],
  options: GlobalOptions,
): Promise<void> {
  const {state, world} = await session.readModel(options);
  const machine = findMachine(state, target);
  const found = await world.cloud.getEnterCommand?.(machine, words);
  if (found === undefined) {
    throw new LocalError(`machines of the ${world.cloud.name} cloud have no shell: use juju-local exec`);
  }
  if (session.input.runAttached === undefined) throw new LocalError('there is no terminal to run it on');
  session.exitCode = await session.input.runAttached(found);
}

function findMachine(state: ModelState, target: string): MachineState {
  return getMachine(state, isMachineId(target) ? target : findUnit(state, target).machine);
}
