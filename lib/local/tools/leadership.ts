import type {CommandResult} from '#charm';

import {addLog} from '../model/log.ts';
import {getUnitTag} from '#juju';
import type {HookContext} from '../uniter/hook-context.ts';
import {isLeader} from '../uniter/leadership.ts';
import {
  checkArguments,
  createUsageError,
  parseCommandLine,
  parsePairs,
  renderValue,
  succeed,
  withFormat,
} from './command-line.ts';

/** is-leader: whether the unit leads its application now. */
export function getLeadership({world, unit}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  checkArguments(line, 0);
  return succeed(renderValue(line, isLeader(world, unit)));
}

/** leader-get: the settings of older charms that the leader keeps for all. */
export function getLeaderSettings({application}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  const [key = ''] = line.positionals;
  checkArguments(line, 1);
  if (key.includes('=')) throw createUsageError(`invalid key ${JSON.stringify(key)}`);
  const settings = application.leaderSettings;
  if (key === '' || key === '-') return succeed(renderValue(line, settings));
  return succeed(renderValue(line, Object.hasOwn(settings, key) ? settings[key] : null));
}

/** leader-set: takes effect at once; from any other unit it does nothing but leave a line in the log. */
export function setLeaderSettings({world, unit, application}: HookContext, args: readonly string[]): CommandResult {
  const settings = parsePairs(parseCommandLine(args, {}).positionals);
  if (!isLeader(world, unit)) {
    addLog(world.model, {
      time: world.now(),
      entity: getUnitTag(unit.name),
      level: 'WARNING',
      module: 'juju.worker.uniter.context',
      message: 'skipping write settings; not the leader',
    });
    return succeed();
  }
  const before = application.leaderSettings;
  const entries = Object.entries({...before, ...settings}).filter(([, value]) => value !== '');
  const isSame =
    entries.length === Object.keys(before).length && entries.every(([key, value]) => before[key] === value);
  if (isSame) return succeed();
  application.leaderSettings = Object.fromEntries(entries);
  application.leaderSettingsVersion += 1;
  unit.leaderSettingsVersion = application.leaderSettingsVersion;
  world.model.writes.state += 1;
  for (const name of application.units) world.runnable.add(name);
  return succeed();
}
