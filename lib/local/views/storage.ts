import {compareNaturally, formatSize} from '#juju';

import type {ModelState, StorageState} from '../model/state.ts';
import {renderTable} from './table.ts';
import {formatTime} from './time.ts';
import type {Printable} from './yaml.ts';

/** Storage as Juju lists it, with its keys, by id. */
export function describeStorage(model: ModelState): Record<string, Printable> {
  const sorted = Object.values(model.storage).sort((a, b) => compareNaturally(a.id, b.id));
  return Object.fromEntries(sorted.map((storage): [string, Printable] => [storage.id, describe(model, storage)]));
}

function describe({units}: ModelState, {kind, created, attachments, location}: StorageState): Printable {
  const entries = Object.entries(attachments).sort(([a], [b]) => compareNaturally(a, b));
  const attached = entries.map(([unit]): [string, Printable] => [
    unit,
    {machine: units[unit]?.machine ?? '', location, life: units[unit]?.life ?? 'alive'},
  ]);
  return {
    kind,
    life: 'alive',
    status: {current: getStatus(entries.some(([, {attached: isAttached}]) => isAttached)), since: formatTime(created)},
    persistent: false,
    ...(entries.length === 0 ? {} : {attachments: {units: Object.fromEntries(attached)}}),
  };
}

function getStatus(isAttached: boolean): string {
  return isAttached ? 'attached' : 'pending';
}

/** `storage` as a table: a line for each unit that has one. */
export function renderStorage({storage}: ModelState): string {
  const rows = Object.values(storage).flatMap(({id, kind, pool, size, attachments}) =>
    Object.entries(attachments).map(([unit, {attached}]) => [
      unit,
      id,
      kind,
      pool,
      formatSize(size),
      getStatus(attached),
      '',
    ]),
  );
  const getKey = (row: readonly string[]): string => row.slice(0, 2).join(' ');
  const sorted = rows.sort((a, b) => compareNaturally(getKey(a), getKey(b)));
  return renderTable([['Unit', 'Storage ID', 'Type', 'Pool', 'Size', 'Status', 'Message'], ...sorted]);
}

/** Lines that say what becomes of storage when these units or applications go: its data go with whoever it belongs to. */
export function describeGoingStorage({storage}: ModelState, going: readonly string[]): readonly string[] {
  return Object.values(storage)
    .filter(({owner, attachments}) => [owner, ...Object.keys(attachments)].some((name) => going.includes(name)))
    .sort((a, b) => compareNaturally(a.id, b.id))
    .map(({id, owner}) => `- will ${going.includes(owner) ? 'remove' : 'detach'} storage ${id}`);
}
