import type {CharmPorts, Facet} from '#charm';
import {ClusterCommandError, describeChange, getResource, isEmptyChange, type Change, type Cib} from '#cluster';

import {createPort, INTENTS, REFUSED} from './facts.ts';
import {getChangeDigest} from './plan.ts';

/** One change of the cluster, planned from `base`. */
export interface WantedChange {
  readonly change: Change;
  readonly base: Cib;
  /** What is ours once the change is made. */
  readonly record: readonly string[];
  /** What is remembered as ours now: until a change is seen to be made, also what it takes away. */
  readonly remembered: readonly string[];
  /** Whether the application's own memory has that record already. */
  readonly isRecorded: boolean;
}

/** The cluster's configuration: one change, made by the leader. */
export function createClusterFacet(ports: CharmPorts): Facet<{readonly cluster?: WantedChange}> {
  // What this hook says on relations counts only when it has ended well, so intents of before it may go, not its own.
  let isFirst = true;
  return {
    name: 'cluster',
    plan: async ({cluster}) => {
      const wasFirst = isFirst;
      isFirst = false;
      if (cluster === undefined) {
        return [];
      }
      if (!isEmptyChange(cluster.change)) {
        return [{summary: describeChange(cluster.change).join('\n'), apply: () => applyWanted(cluster, ports)}];
      }
      const {notes} = await ports.ledger.read();
      const isDone = wasFirst && cluster.isRecorded && (notes[INTENTS] ?? []).length > 0;
      return isDone ? [{summary: 'the change is remembered', apply: () => noteIntents([], ports)}] : [];
    },
  };
}

async function applyWanted({change, base, record}: WantedChange, ports: CharmPorts): Promise<void> {
  // Installing packages can take longer than leadership lasts, and only the leader writes the CIB (LP 1884797).
  if (!(await ports.tools.isLeader())) {
    await ports.tools.jujuLog('INFO', 'no longer the leader; another unit plans the cluster');
    return;
  }
  // Before the change: if this run ends in the middle, the next one still knows what is ours.
  await noteIntents(record, ports);
  const outcome = await applyOrRefuse(change, base, ports);
  if (outcome === 'moved') {
    await ports.tools.jujuLog('INFO', 'the cluster moved meanwhile; planning again');
  }
  if (outcome === 'applied' && removesRemote(change, base)) {
    // Its connection closes within a second or two, and what is left of the node can be taken away by this hook then. However it
    // ends: a cluster that does not settle has the next hook look again.
    await ports.host.processes.run('crm_resource', ['--wait', '--timeout=10']);
  }
}

function removesRemote({resources}: Change, base: Cib): boolean {
  return resources.remove.some((id) => {
    const resource = getResource(base, id);
    return resource?.kind === 'primitive' && resource.provider === 'pacemaker' && resource.type === 'remote';
  });
}

/** Pacemaker's own judgement is the last: what it finds invalid is remembered, so that the unit is blocked and not in error. */
async function applyOrRefuse(change: Change, base: Cib, ports: CharmPorts): Promise<'applied' | 'moved' | 'refused'> {
  try {
    return await createPort(ports).apply(change, base);
  } catch (error) {
    if (!(error instanceof ClusterCommandError) || error.exitCode !== INVALID) {
      throw error;
    }
    const {notes} = await ports.ledger.read();
    await ports.ledger.update({notes: {...notes, [REFUSED]: [getChangeDigest(change)]}});
    return 'refused';
  }
}

/** Exit status of Pacemaker's programs for a configuration that its schema does not allow. */
const INVALID = 78;

async function noteIntents(record: readonly string[], {ledger}: CharmPorts): Promise<void> {
  const {notes} = await ledger.read();
  const known = notes[INTENTS] ?? [];
  const intents = record.length === 0 ? [] : [...new Set([...known, ...record])].sort();
  await ledger.update({notes: {...notes, [INTENTS]: intents}});
}
