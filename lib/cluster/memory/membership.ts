import type {CorosyncConf, CorosyncNode} from '../corosync-conf.ts';
import {parseCorosyncConf} from '../corosync-conf.ts';
import {ClusterSyntaxError} from '../errors.ts';
import {compareText} from '../values.ts';
import type {ClusterHost} from './world.ts';

/** A host whose Corosync runs with a configuration that names it. */
export interface Member {
  readonly host: ClusterHost;
  readonly nodeId: number;
  /** Its name in the cluster: the one in the nodelist, else the machine's. */
  readonly name: string;
}

/** Members that see each other. */
export interface Partition {
  /** By node id. */
  readonly members: readonly Member[];
  readonly clusterName: string;
  readonly quorate: boolean;
  /** The designated controller: here the member of the lowest node id. */
  readonly dc: Member;
}

interface Candidate extends Member {
  readonly conf: CorosyncConf;
}

const confs = new Map<string, CorosyncConf | null>();

function readConf(text: string): CorosyncConf | null {
  try {
    return parseCorosyncConf(text);
  } catch (error) {
    if (error instanceof ClusterSyntaxError) return null;
    throw error;
  }
}

/** Configurations change seldom and are asked for with every command: the last few are kept. */
function getConf(text: string): CorosyncConf | null {
  const known = confs.get(text);
  if (known !== undefined) return known;
  const conf = readConf(text);
  if (confs.size > 64) confs.clear();
  confs.set(text, conf);
  return conf;
}

function isNamed(node: CorosyncNode, host: ClusterHost): boolean {
  return node.addresses.some((address) => address === host.name || host.addresses.includes(address));
}

function getCandidate(host: ClusterHost): readonly Candidate[] {
  if (!host.isClusterRunning || host.corosyncConf === null) return [];
  const conf = getConf(host.corosyncConf);
  const own = conf?.nodes.find((node) => isNamed(node, host));
  if (conf === null || own === undefined) return [];
  return [{host, conf, nodeId: own.nodeId, name: own.name ?? host.name}];
}

function sees(one: Candidate, other: Candidate): boolean {
  return one.conf.nodes.some((node) => isNamed(node, other.host));
}

function isLinked(one: Candidate, other: Candidate): boolean {
  return (
    one.host.corosyncKey === other.host.corosyncKey &&
    (one.conf.totem.clusterName ?? '') === (other.conf.totem.clusterName ?? '') &&
    sees(one, other) &&
    sees(other, one)
  );
}

function isQuorate(members: readonly Candidate[]): boolean {
  const conf = members[0]?.conf;
  if (conf === undefined) return false;
  const expected = conf.quorum.expectedVotes ?? conf.nodes.length;
  if (conf.quorum.twoNode === true && expected === 2) return members.length >= 1;
  return members.length > expected / 2;
}

function toPartition(candidates: readonly Candidate[]): readonly Partition[] {
  const members = candidates.toSorted((a, b) => a.nodeId - b.nodeId || compareText(a.name, b.name));
  const [dc] = members;
  if (dc === undefined) return [];
  return [{members, clusterName: dc.conf.totem.clusterName ?? '', quorate: isQuorate(members), dc}];
}

/**
 * The partitions that Corosync would form: hosts that run it, name each other in their nodelists, hold the same key and the
 * same cluster name. A host whose configuration is missing, broken or does not name it has no cluster.
 */
export function getPartitions(hosts: readonly ClusterHost[]): readonly Partition[] {
  let left = hosts.flatMap(getCandidate);
  const partitions: Partition[] = [];
  while (left.length > 0) {
    const group = left.slice(0, 1);
    // The list grows while it is walked: who is linked to a member is a member.
    for (const member of group) {
      group.push(...left.filter((other) => !group.includes(other) && isLinked(member, other)));
    }
    left = left.filter((candidate) => !group.includes(candidate));
    partitions.push(...toPartition(group));
  }
  return partitions;
}
