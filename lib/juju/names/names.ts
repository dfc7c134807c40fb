/** The names that Juju gives things: applications, units, endpoints, machines and what else has a grammar. */

import {compareNaturally} from './natural-sort.ts';

const application = /^[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*$/u;
const endpoint = /^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$/u;
const space = /^[a-z0-9]+(?:-[a-z0-9]+)*$/u;
const action = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/u;
const number = /^(?:0|[1-9][0-9]*)$/u;
const machine = /^(?:0|[1-9][0-9]*)(?:\/[a-z]+\/(?:0|[1-9][0-9]*))*$/u;

/** Whether a text can name an application; each part after a dash needs a letter, so `app-1` cannot. */
export function isApplicationName(text: string): boolean {
  return application.test(text);
}

/** Whether a text can name an endpoint of a relation. */
export function isEndpointName(text: string): boolean {
  return endpoint.test(text);
}

/** Whether a text can name a network space. */
export function isSpaceName(text: string): boolean {
  return space.test(text);
}

/** Whether a text can name a storage of a charm or a device. */
export function isStorageName(text: string): boolean {
  return application.test(text);
}

/** Whether a text can name an action. */
export function isActionName(text: string): boolean {
  return action.test(text);
}

/** Whether a text can name an offer. */
export function isOfferName(text: string): boolean {
  return application.test(text);
}

/** Whether a text is a whole number without leading zeros. */
export function isNumber(text: string): boolean {
  return number.test(text);
}

/** Whether a text is a machine's or a container's id: `0`, `0/lxd/1`. */
export function isMachineId(text: string): boolean {
  return machine.test(text);
}

/** The parts of a machine id: `0/lxd/1` is container 1 of type lxd on machine 0. */
export interface MachineId {
  readonly id: string;
  /** The id of the machine it is in; '' for a machine of its own. */
  readonly parent: string;
  /** '' for a machine of its own. */
  readonly containerType: string;
  readonly number: number;
}

/** The parts of a machine id; null when it is none. */
export function parseMachineId(id: string): MachineId | null {
  if (!isMachineId(id)) return null;
  const parts = id.split('/');
  const last = Number(parts.at(-1));
  if (parts.length === 1) return {id, parent: '', containerType: '', number: last};
  return {id, parent: parts.slice(0, -2).join('/'), containerType: parts.at(-2) ?? '', number: last};
}

/** The machine at the bottom of a machine id: `0` of `0/lxd/1`. */
export function getTopLevelMachine(id: string): string {
  return id.split('/')[0] ?? '';
}

/** A unit's application and number; null when the text is no unit name. */
export function parseUnitName(text: string): {readonly application: string; readonly number: number} | null {
  const [name = '', index = '', ...rest] = text.split('/');
  if (rest.length > 0 || !isApplicationName(name) || !isNumber(index)) return null;
  return {application: name, number: Number(index)};
}

/** The tag of a unit, which names its files and log lines: `unit-mysql-0`. */
export function getUnitTag(unit: string): string {
  return `unit-${unit.replace('/', '-')}`;
}

/** The tag of a machine: `machine-0-lxd-1`. */
export function getMachineTag(id: string): string {
  return `machine-${id.replaceAll('/', '-')}`;
}

/** An application with an endpoint, or '' where the endpoint is left to inference. */
export interface RelationEndpoint {
  readonly application: string;
  readonly endpoint: string;
}

/** `mysql:db` or `mysql`; null when the text is neither. */
export function parseRelationEndpoint(text: string): RelationEndpoint | null {
  const [name = '', point = '', ...rest] = text.split(':');
  if (rest.length > 0 || !isApplicationName(name)) return null;
  if (text.includes(':') && !isEndpointName(point)) return null;
  return {application: name, endpoint: point};
}

/** The printed form of an endpoint. */
export function renderRelationEndpoint(value: RelationEndpoint): string {
  return value.endpoint === '' ? value.application : `${value.application}:${value.endpoint}`;
}

/** The key that names a relation in a model: the requirer's endpoint first, or the one endpoint of a peer relation. */
export function getRelationKey(requirer: RelationEndpoint, provider?: RelationEndpoint): string {
  const ends = provider === undefined ? [requirer] : [requirer, provider];
  return ends.map(renderRelationEndpoint).join(' ');
}

/** Orders machine ids and unit names as Juju prints them. */
export const compareIds = compareNaturally;
