import type {AgentPorts} from './agent.ts';
import {createCloud, type Cloud, type SegmentHost} from './cloud.ts';
import {parseCredentials} from './credentials.ts';
import {CloudError} from './errors.ts';
import {REPORT_NAME} from './paths.ts';
import {findGaps, parseReport, renderReport, type Gap} from './protection.ts';
import type {SpoolFiles} from './spool.ts';

/** What the look for unprotected computes needs beside what the alert has. */
export type WatchPorts = Pick<AgentPorts, 'readCredentials' | 'send' | 'clock' | 'print'> & {
  /** The remote nodes that a member holds a connection to; null where the cluster does not answer. */
  readonly readConnected: () => Promise<ReadonlySet<string> | null>;
  /** The folder of the report, which holds what the last look has found. */
  readonly report: Pick<SpoolFiles, 'read' | 'replace'>;
};

const WATCH_MS = 50_000;

/**
 * Looks once which computes nobody would recover although the cluster is connected to them, and writes that down for the charm, whose
 * status tells it. Where it cannot look the last report stays, and grows old. Resolves with the exit status.
 */
export async function watchProtection(ports: WatchPorts): Promise<number> {
  try {
    await look(ports);
    return 0;
  } catch (error) {
    if (error instanceof CloudError || (error instanceof Error && 'code' in error)) {
      const reason = error instanceof CloudError ? error.message : 'a file cannot be read or written';
      ports.print(`protection is not looked at: ${reason}`);
      return 0;
    }
    throw error;
  }
}

async function look(ports: WatchPorts): Promise<void> {
  const {clock, send, print, readConnected, readCredentials, report} = ports;
  const connected = await readConnected();
  if (connected === null) {
    return;
  }
  const deadline = clock.now() + WATCH_MS;
  const cloud = createCloud({credentials: parseCredentials(readCredentials()), send, now: clock.now, deadline});
  const before = parseReport(report.read(REPORT_NAME) ?? '')?.gaps ?? [];
  const [computes, hosts] = await Promise.all([cloud.listComputes(), cloud.listHosts()]);
  const at = clock.now();
  const gaps = await dropRecovering(cloud, hosts, findGaps({connected, computes, hosts}, before, at));
  for (const {host, reason} of gaps.filter(({since}) => since === at)) {
    print(`${host}: ${reason}`);
  }
  report.replace(REPORT_NAME, renderReport({at, gaps}));
}

/** A recovery sets what is looked for; its way back begins when it is over. */
async function dropRecovering(
  cloud: Cloud,
  hosts: readonly SegmentHost[],
  gaps: readonly Gap[],
): Promise<readonly Gap[]> {
  const isRecovering = async (gap: Gap): Promise<boolean> => {
    const host = hosts.find(({name}) => name === gap.host);
    return host !== undefined && (await cloud.isRecovering(host));
  };
  const recovering = await Promise.all(gaps.map(isRecovering));
  return gaps.filter((_, index) => recovering[index] !== true);
}
