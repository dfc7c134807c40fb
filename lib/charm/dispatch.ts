import type {Charm, DispatchPorts} from './charm.ts';
import {readEnvironment} from './environment.ts';
import {createLinuxHost} from './linux-host.ts';
import {createHookProcesses, createHookToolRunner} from './process.ts';

/**
 * Runs the hook or the action that the environment names, and resolves with the exit status for Juju: 0 when the unit
 * is as it should be, or is blocked or waiting for somebody; 1 when something failed that a retry may mend.
 */
export function dispatch(charm: Charm, ports: DispatchPorts): Promise<number> {
  return charm.run(ports);
}

/**
 * The program of a packed charm: runs one hook on this machine, with Juju's hook tools from PATH. `CHARM_HOST_ROOT`
 * names another folder than `/` for the files it writes; a test unpacks a charm and runs it so. With `CHARM_DRY_RUN` set
 * it prints what the hook would do now and does nothing.
 */
export async function main(charm: Charm): Promise<void> {
  const environment = readEnvironment();
  const processes = createHookProcesses();
  const root = environment['CHARM_HOST_ROOT'] ?? '/';
  const host = createLinuxHost({processes, root, charmFolder: environment['JUJU_CHARM_DIR'] ?? '.'});
  const isDryRun = (environment['CHARM_DRY_RUN'] ?? '') !== '';
  process.exitCode = await dispatch(charm, {
    environment,
    tools: createHookToolRunner(processes),
    host,
    complain: (message) => process.stderr.write(`${message}\n`),
    ...(isDryRun ? {dryRun: (step: string) => process.stdout.write(`${step}\n`)} : {}),
  });
}
