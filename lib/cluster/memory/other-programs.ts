/** Programs that tell a running cluster to do something which changes nothing that is modelled. */

import type {ClusterCommandResult} from './world.ts';

type Output = Omit<ClusterCommandResult, 'state'>;

const programs: ReadonlyMap<string, (args: readonly string[]) => string | null> = new Map([
  // A member reads the nodelist of its host each time it is looked at, so there is nothing to reload.
  ['corosync-cfgtool -R', () => 'Reloading corosync.conf...\nDone\n'],
  // The votes of a partition are those of its nodelist, so there is nothing to expect otherwise.
  ['corosync-quorumtool -e', () => ''],
  // A modelled cluster has settled before each command.
  ['crm_resource --wait', () => ''],
  // Failures are not modelled, so there are none to forget.
  ['crm_resource --cleanup', (args: readonly string[]) => `Cleaned up ${args[2] ?? 'all resources'} on all nodes\n`],
  // Who models a lost host says when it counts as off, so there is nothing to confirm or to order.
  ['stonith_admin --confirm', () => ''],
  ['stonith_admin --reboot', () => ''],
]);

export const otherPrograms: readonly string[] = [
  'corosync-cfgtool',
  'corosync-quorumtool',
  'crm_resource',
  'stonith_admin',
];

/** What such a program prints on a member of a running cluster; null for a call that is not modelled. */
export function runOtherProgram(program: string, args: readonly string[]): Output | null {
  const stdout = programs.get(`${program} ${args[0] ?? ''}`)?.(args) ?? null;
  return stdout === null ? null : {exitCode: 0, stdout, stderr: ''};
}
