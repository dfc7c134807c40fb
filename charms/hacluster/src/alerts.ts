import {getValue, makeAttributeSet, type Alert, type Cib} from '#cluster';
import {REMOTES_ATTRIBUTE} from '#openstack';

import type {Remote} from './remotes.ts';

export interface AlertInput {
  readonly remotes: readonly Remote[];
  /** Remotes are to stay as the cluster has them. */
  readonly keepsRemotes: boolean;
  /** Names of remotes that stay, though nothing is seen of them yet. */
  readonly keptRemotes: readonly string[];
  /** Names of remote nodes to which a member's connection stands. */
  readonly connected: ReadonlySet<string>;
  readonly cib: Cib;
}

/**
 * Alerts of fencing with the names of the remote nodes whose fencing means that guests are lost: nothing in an alert's variables says
 * that its target is a remote. One is listed when it is to be fenced and a member is connected to it now, or was listed before:
 * a machine that has not booted yet is no failure when members that start give up on it and have it fenced.
 */
export function addRemotes(alerts: readonly Alert[], input: AlertInput): readonly Alert[] {
  return alerts.map((alert) => (selectsFencing(alert) ? addNames(alert, getArmed(alert.id, input)) : alert));
}

/** Whether an alert is called for fencing. */
export function selectsFencing({other}: Alert): boolean {
  return other.some(
    ({name, children}) => name === 'select' && children.some((selected) => selected.name === 'select_fencing'),
  );
}

function getArmed(id: string, {remotes, keepsRemotes, keptRemotes, connected, cib}: AlertInput): readonly string[] {
  const before = getListed(cib, id);
  if (keepsRemotes) {
    return before;
  }
  const known = new Set(before);
  const fenced = remotes.flatMap(({hostname, stonithHostname}) => (stonithHostname === null ? [] : [hostname]));
  const armed = fenced.filter((name) => known.has(name) || connected.has(name));
  return [...new Set([...armed, ...keptRemotes.filter((name) => known.has(name))])].sort();
}

function getListed(cib: Cib, id: string): readonly string[] {
  const alert = cib.alerts.find((candidate) => candidate.id === id);
  const names = alert === undefined ? null : getValue(alert.params, REMOTES_ATTRIBUTE);
  return (names ?? '').split(' ').filter((name) => name !== '');
}

function addNames(alert: Alert, names: readonly string[]): Alert {
  if (names.length === 0) {
    return alert;
  }
  const given = alert.params.flatMap(({pairs}) => pairs.map(({name, value = ''}): [string, string] => [name, value]));
  const values = {...Object.fromEntries(given), [REMOTES_ATTRIBUTE]: names.join(' ')};
  return {...alert, params: [makeAttributeSet(`${alert.id}-instance_attributes`, values)]};
}
