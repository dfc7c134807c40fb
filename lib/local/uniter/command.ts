import type {CommandResult} from '#charm';

import {getMachine} from '../model/model.ts';
import type {UnitState} from '../model/state.ts';
import {createHookTools} from '../tools/index.ts';
import {commitWrites} from './commit.ts';
import {createEnvironment} from './environment.ts';
import {createHookContext} from './hook-context.ts';
import type {World} from './world.ts';

/**
 * Runs a command on a unit's machine, with the unit's hook tools at hand; what they wrote is taken when it succeeds. `notify` is told
 * what it has to wait for.
 */
export function runCommand(
  world: World,
  unit: UnitState,
  command: readonly string[],
  notify: (line: string) => void,
): Promise<CommandResult> {
  const onWait = (what: string): void => {
    notify(`Waiting for ${what} on machine ${unit.machine}...`);
  };
  return world.withMachine(unit.machine, () => runInContext(world, unit, command), onWait);
}

async function runInContext(world: World, unit: UnitState, command: readonly string[]): Promise<CommandResult> {
  const context = createHookContext(world, unit, {});
  let isOver = false;
  const hook = {environment: createEnvironment(context), tools: createHookTools(context, () => isOver)};
  try {
    const result = await world.cloud.exec(getMachine(world.model, unit.machine), command, hook);
    const reason = result.exitCode === 0 ? commitWrites(context) : null;
    return reason === null ? result : {...result, exitCode: 1, stderr: `${result.stderr}ERROR ${reason}\n`};
  } finally {
    isOver = true;
  }
}
