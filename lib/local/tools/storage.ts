import type {CommandResult} from '#charm';

import type {StorageState} from '../model/state.ts';
import type {HookContext} from '../uniter/hook-context.ts';
import {
  checkArguments,
  createUsageError,
  parseCommandLine,
  renderValue,
  succeed,
  ToolError,
  withFormat,
} from './command-line.ts';

/** storage-list: ids of the unit's storage instances. */
export function listStorage({unit}: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat());
  const [store] = line.positionals;
  checkArguments(line, 1);
  const ids = unit.storage.filter((id) => store === undefined || id.startsWith(`${store}/`));
  return succeed(renderValue(line, [...ids].sort()));
}

/** storage-get: kind and location of one instance. */
export function getStorage(context: HookContext, args: readonly string[]): CommandResult {
  const line = parseCommandLine(args, withFormat({s: {kind: 'value'}}));
  const id = line.flags['s'] ?? context.hook?.storageId;
  if (id === undefined) throw createUsageError('no storage instance specified');
  const [key] = line.positionals;
  checkArguments(line, 1);
  const {kind, location} = getInstance(context, id);
  const attributes = {kind, location};
  if (key === undefined || key === '') return succeed(renderValue(line, attributes));
  if (key !== 'kind' && key !== 'location') throw new ToolError(`invalid storage attribute ${JSON.stringify(key)}`);
  return succeed(renderValue(line, attributes[key]));
}

function getInstance({world, unit}: HookContext, id: string): StorageState {
  const found = unit.storage.includes(id) ? world.model.storage[id] : undefined;
  if (found === undefined) {
    throw createUsageError(`invalid value ${JSON.stringify(id)} for option -s: storage not found`);
  }
  return found;
}

/** storage-add: more instances of a store, when the hook has succeeded. */
export function addStorage(context: HookContext, args: readonly string[]): CommandResult {
  const {positionals} = parseCommandLine(args, {});
  if (positionals.length === 0) throw createUsageError('storage add requires a storage directive');
  const wishes = positionals.map((text) => {
    const [store = '', count = '1'] = text.split('=');
    if (!/^\d+$/.test(count)) throw createUsageError(`only count can be specified for ${JSON.stringify(store)}`);
    const spec = Object.hasOwn(context.metadata.storage, store) ? context.metadata.storage[store] : undefined;
    if (spec === undefined) {
      throw new ToolError(
        `storage ${JSON.stringify(store)} not found in charm ${JSON.stringify(context.metadata.name)}`,
      );
    }
    if (spec.shared) throw new ToolError(`not modelled: more of the shared storage ${JSON.stringify(store)}`);
    return {store, count: Number(count)};
  });
  context.writes.storage.push(...wishes);
  return succeed();
}
