import {makeAttributeSet} from '../build.ts';
import type {Cib} from '../cib.ts';
import {emptyCib, propertiesId} from '../cib.ts';
import {cibElement} from '../cib-render.ts';
import {readCib} from '../cib-xml.ts';
import {freezeDeep} from '../values.ts';
import {parseXml, renderDocument} from '../xml.ts';
import type {Partition} from './membership.ts';

/** What the modelled Pacemaker calls itself: the one of Debian 12. */
export const pacemakerVersion = '2.1.5-a3f44794f94';

const parsed = new Map<string, Cib>();

/** A CIB text as a value. Hosts keep texts, several of them in one model: the last ones read are remembered. */
export function getCib(text: string): Cib {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const cib = readCib(parseXml(text, 'CIB'));
  if (parsed.size >= 16) parsed.clear();
  parsed.set(text, cib);
  return cib;
}

/** A CIB as the text that a host keeps; reading that text gives this very value. */
export function keepCib(cib: Cib): string {
  const text = renderDocument(cibElement(cib));
  if (parsed.size >= 16) parsed.clear();
  parsed.set(text, cib);
  return text;
}

/** Positive when the left CIB is newer. */
export function compareVersions(left: Cib['version'], right: Cib['version']): number {
  return (
    Number(left.adminEpoch) - Number(right.adminEpoch) ||
    Number(left.epoch) - Number(right.epoch) ||
    Number(left.numUpdates) - Number(right.numUpdates)
  );
}

/** The CIB of a cluster that has just come up for the first time. */
function getFirstCib(partition: Partition): Cib {
  const properties = {
    'have-watchdog': 'false',
    'dc-version': pacemakerVersion,
    'cluster-infrastructure': 'corosync',
    'cluster-name': partition.clusterName === '' ? 'debian' : partition.clusterName,
  };
  return {
    ...emptyCib,
    validateWith: 'pacemaker-3.9',
    attributes: {crm_feature_set: '3.16.1'},
    properties: [makeAttributeSet(propertiesId, properties)],
  };
}

/** The time as Pacemaker writes it: `Fri Apr 12 10:03:49 2019`, in UTC. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const [weekday = '', day = '', month = '', year = '', time = ''] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
}

/** Who changed a CIB, and when; the last time it was written is part of it. */
export interface Author {
  readonly client: string;
  readonly host: string;
  readonly now: string;
}

/** The next version of a configuration, with who wrote it. */
export function advance(cib: Cib, author: Author): Cib {
  return freezeDeep({
    ...cib,
    version: {...cib.version, epoch: String(Number(cib.version.epoch) + 1), numUpdates: '0'},
    attributes: {
      ...cib.attributes,
      'cib-last-written': formatTime(author.now),
      'update-origin': author.host,
      'update-client': author.client,
      'update-user': 'root',
    },
  });
}

function withMembers(cib: Cib, partition: Partition, now: string): Cib {
  const known = new Set(cib.nodes.map((node) => node.uname));
  const added = partition.members.filter((member) => !known.has(member.name));
  if (added.length === 0) return cib;
  const nodes = added.map((member) => ({
    id: String(member.nodeId),
    uname: member.name,
    type: 'member' as const,
    attributes: [],
    utilization: [],
    other: [],
  }));
  const host = partition.dc.name;
  return advance({...cib, nodes: [...cib.nodes, ...nodes]}, {client: 'crmd', host, now});
}

function withQuorum(cib: Cib, partition: Partition): Cib {
  const attributes = {'have-quorum': partition.quorate ? '1' : '0', 'dc-uuid': String(partition.dc.nodeId)};
  const isKnown = Object.entries(attributes).every(([name, value]) => cib.attributes[name] === value);
  if (isKnown) return cib;
  const numUpdates = String(Number(cib.version.numUpdates) + 1);
  return freezeDeep({
    ...cib,
    version: {...cib.version, numUpdates},
    attributes: {...cib.attributes, ...attributes},
  });
}

/**
 * The CIB that the members of a partition agree on: the newest of their copies, or a first one, with all members among its
 * nodes and the partition's quorum and controller.
 */
export function getPartitionCib(partition: Partition, cibs: Readonly<Record<string, string>>, now: string): Cib {
  const copies = partition.members.flatMap(({host}) => {
    const text = cibs[host.name];
    return text === undefined ? [] : [getCib(text)];
  });
  const [newest = getFirstCib(partition)] = copies.toSorted((a, b) => compareVersions(b.version, a.version));
  return withQuorum(withMembers(newest, partition, now), partition);
}
