import type {Processes} from '#charm';
import {ClusterSyntaxError, getConnectedRemotes, parseCrmMon} from '#cluster';

const MONITOR_MS = 5000;

/** Whether the cluster of this machine holds a connection to a remote node; false where it does not answer. */
export async function isConnected(processes: Processes, host: string): Promise<boolean> {
  const {exitCode, stdout} = await processes.run('crm_mon', ['--output-as=xml'], {timeoutMs: MONITOR_MS});
  if (exitCode !== 0) {
    return false;
  }
  try {
    const {nodes, resources} = parseCrmMon(stdout);
    return getConnectedRemotes(nodes, resources).has(host);
  } catch (error) {
    if (error instanceof ClusterSyntaxError) {
      return false;
    }
    throw error;
  }
}
