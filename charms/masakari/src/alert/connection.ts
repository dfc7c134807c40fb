import type {Processes} from '#charm';
import {ClusterSyntaxError, getConnectedRemotes, parseCrmMon} from '#cluster';

const MONITOR_MS = 5000;

/** The remote nodes that a member of this cluster holds a connection to; null where the cluster does not answer. */
export async function readConnected(processes: Processes): Promise<ReadonlySet<string> | null> {
  const {exitCode, stdout} = await processes.run('crm_mon', ['--output-as=xml'], {timeoutMs: MONITOR_MS});
  if (exitCode !== 0) {
    return null;
  }
  try {
    const {nodes, resources} = parseCrmMon(stdout);
    return getConnectedRemotes(nodes, resources);
  } catch (error) {
    if (error instanceof ClusterSyntaxError) {
      return null;
    }
    throw error;
  }
}

/** Whether it holds one to this node; false where the cluster does not answer. */
export async function isConnected(processes: Processes, host: string): Promise<boolean> {
  return (await readConnected(processes))?.has(host) === true;
}
