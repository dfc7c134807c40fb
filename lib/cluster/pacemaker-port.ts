import type {Change} from './change.ts';
import {isEmptyChange} from './change.ts';
import type {Cib} from './cib.ts';
import {parseCibXml} from './cib-xml.ts';
import {parseCrmMon} from './crm-mon.ts';
import {ClusterSyntaxError} from './errors.ts';
import {renderUpdate} from './patch.ts';
import {ClusterCommandError} from './port.ts';
import type {ClusterPort, ClusterReading, ClusterStatus, ProgramResult, RunProgram} from './port.ts';

/** Exit statuses of Pacemaker's programs (crm_exit_t). */
const exit = {configuration: 78, disconnected: 102, old: 103, notFound: 127} as const;

/** Why a program failed, in our words: what it prints may quote the CIB. */
function getReason(exitCode: number): string {
  switch (exitCode) {
    case exit.disconnected:
      return 'the cluster does not run here';
    case exit.configuration:
      return 'Pacemaker refused the configuration as invalid';
    case exit.notFound:
      return 'the program is not installed';
    default:
      return 'no reason that can be shown';
  }
}

function understand<T>(program: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ClusterSyntaxError) throw new ClusterCommandError(program, 0, 'its output is not understood');
    throw error;
  }
}

function isMoved({exitCode, stderr}: ProgramResult): boolean {
  if (exitCode === exit.old) return true;
  return exitCode !== 0 && /Update was older than existing|Application of update diff failed/.test(stderr);
}

async function readCluster(run: RunProgram): Promise<ClusterReading> {
  const query = await run('cibadmin', ['--query']);
  if (query.exitCode !== 0) return {state: 'down', reason: getReason(query.exitCode)};
  const monitor = await run('crm_mon', ['--output-as=xml']);
  if (monitor.exitCode !== 0) return {state: 'down', reason: getReason(monitor.exitCode)};
  const cib: Cib = understand('cibadmin', () => parseCibXml(query.stdout));
  const status: ClusterStatus = understand('crm_mon', () => parseCrmMon(monitor.stdout));
  return {state: 'up', cib, ...status};
}

async function applyToCluster(run: RunProgram, change: Change, base: Cib): Promise<'applied' | 'moved'> {
  if (isEmptyChange(change)) return 'applied';
  const {args, stdin} = renderUpdate(change, base);
  const result = await run('cibadmin', args, {stdin});
  if (result.exitCode === 0) return 'applied';
  if (isMoved(result)) return 'moved';
  throw new ClusterCommandError('cibadmin', result.exitCode, getReason(result.exitCode));
}

/**
 * The cluster of the machine that `run` starts programs on. Reading takes two processes, a change one, with its XML on standard
 * input, in one transaction. An empty change takes none.
 */
export function pacemakerPort(run: RunProgram): ClusterPort {
  return {
    read: () => readCluster(run),
    apply: (change, base) => applyToCluster(run, change, base),
  };
}
