import type {MachineState, ModelState, StatusState, UnitState} from '../model/state.ts';

type Shown = Omit<StatusState, 'data'>;

/** Juju's words for an agent that does not answer (status.MessageAgentNotCommunicating). */
const SILENT = 'agent is not communicating with the server';

/** What `status` says of a machine's agent, and of the machine as its provider sees it. */
export function getMachineStatus(machine: MachineState): {readonly agent: Shown; readonly status: Shown} {
  const {status, message, since} = machine.agent ?? {status: 'started', message: '', since: machine.created};
  const running = {status: 'running', message: machine.parent === null ? 'Deployed' : 'Container started', since};
  switch (status) {
    case 'pending':
      return {agent: {status, message: '', since}, status: {status: 'allocating', message, since}};
    case 'provisioning error':
      return {agent: {status: 'down', message: SILENT, since}, status: {status, message, since}};
    case 'down': {
      // MAAS says Deployed of one that is off, too; here it is known why nothing answers.
      const known = message === '' ? running.message : `${running.message}; ${message}`;
      return {agent: {status, message: SILENT, since}, status: {...running, message: known}};
    }
    default:
      return {agent: {status, message: '', since}, status: running};
  }
}

/** The provider's name for a machine, which it has once it is there. */
export function getInstanceId({agent, hostname}: MachineState): string {
  return agent?.status === 'pending' || agent?.status === 'provisioning error' ? 'pending' : hostname;
}

/**
 * What `status` says of a unit. One whose machine is down is lost, and nobody knows how its workload is; one that is in error or that
 * never got to run stays what it was (Juju's processUnitLost and canBeLost).
 */
export function getUnitStatus(model: ModelState, unit: UnitState): {readonly workload: Shown; readonly agent: Shown} {
  const own = {workload: unit.error ?? unit.workload, agent: unit.agent};
  const machine = model.machines[unit.machine]?.agent;
  if (machine?.status !== 'down' || !canBeLost(unit)) return own;
  const {since} = machine;
  const lost = {status: 'unknown', message: `agent lost, see 'juju-local debug-log --include ${unit.name}'`, since};
  return {
    workload: own.workload.status === 'error' || own.workload.status === 'terminated' ? own.workload : lost,
    agent: {status: 'lost', message: SILENT, since},
  };
}

function canBeLost({agent}: UnitState): boolean {
  return agent.status !== 'allocating' && agent.message !== 'running install hook';
}
