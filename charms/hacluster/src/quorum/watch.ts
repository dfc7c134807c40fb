import type {Processes} from '#charm';

import {decide, getFirstState, type Action, type PacemakerState, type Quorum} from './decision.ts';

export interface WatchPorts {
  readonly processes: Processes;
  /** The clock that systemd's `...Monotonic` times are of, in milliseconds. */
  readonly now: () => number;
  /** What is there while the daemons are held, so that neither a hook nor the next watch takes them for failed. */
  readonly mark: {
    /** The text of the mark; null while there is none. */
    readonly read: () => string | null;
    /** Null takes it away. */
    readonly write: (text: string | null) => void;
  };
  readonly log: (line: string) => void;
}

/** One who looks again and again; each look acts and resolves when that is done. */
export interface QuorumWatch {
  readonly look: () => Promise<void>;
}

/** systemd's own limit ends a stop that hangs (option `service_stop_timeout`). */
const JOB_MS = 30 * 60_000;
const ANSWER_MS = 10_000;
const PACEMAKER = 'pacemaker.service';
const COROSYNC = 'corosync.service';

export function createQuorumWatch(ports: WatchPorts): QuorumWatch {
  let state = getFirstState(parseMark(ports.mark.read()));
  return {
    look: async () => {
      const quorum = await readQuorum(ports.processes);
      const isCalm = quorum === 'yes' && state.heldUntil === null;
      const pacemaker = isCalm ? null : await readPacemaker(ports.processes);
      const {action, ...next} = decide(state, {at: ports.now(), quorum, pacemaker});
      // Before it is stopped: whoever looks meanwhile has to know why.
      if (next.state.heldUntil !== null && next.state.heldUntil !== state.heldUntil) {
        ports.mark.write(String(next.state.heldUntil));
      }
      await act(action, ports);
      if (next.state.heldUntil === null && state.heldUntil !== null) {
        ports.mark.write(null);
      }
      state = next.state;
    },
  };
}

/** A mark that is not a time, cut short perhaps, holds nothing back. */
function parseMark(text: string | null): number | null {
  const until = text === null ? null : Number(text);
  return until !== null && Number.isNaN(until) ? 0 : until;
}

async function readQuorum(processes: Processes): Promise<Quorum> {
  const {stdout} = await processes.run('corosync-quorumtool', ['-s'], {timeoutMs: ANSWER_MS});
  const answer = /^Quorate:\s+(?<quorate>Yes|No)\s*$/m.exec(stdout)?.groups?.['quorate'];
  return answer === undefined ? 'unknown' : answer === 'Yes' ? 'yes' : 'no';
}

/** Pacemaker's exit status when it is not to be started again: it was told that the others have fenced this member (CRM_EX_FATAL). */
const FENCED = '100';

/** What is under way, or no answer, counts as nothing to act on. */
async function readPacemaker(processes: Processes): Promise<PacemakerState | null> {
  const args = ['show', '--property=ActiveState,ActiveEnterTimestampMonotonic,ExecMainStatus', PACEMAKER];
  const {stdout} = await processes.run('systemctl', args, {timeoutMs: ANSWER_MS});
  const read = (property: string): string | undefined => new RegExp(`^${property}=(.*)$`, 'm').exec(stdout)?.[1];
  switch (read('ActiveState')) {
    case 'active':
      return {kind: 'running', since: Number(read('ActiveEnterTimestampMonotonic')) / MICROSECONDS};
    case 'inactive':
    case 'failed':
      return {kind: read('ExecMainStatus') === FENCED ? 'fenced' : 'stopped'};
    default:
      return null;
  }
}

/** In a millisecond. */
const MICROSECONDS = 1000;

const TOLD: Readonly<Record<Exclude<Action, 'none'>, {readonly why: string; readonly args: readonly string[]}>> = {
  // systemd stops Pacemaker first, and waits for it.
  'leave the ring': {why: 'it has no quorum here', args: ['stop', PACEMAKER, COROSYNC]},
  'join the ring': {why: 'the others have taken this member for fenced', args: ['start', COROSYNC]},
  'start Pacemaker': {why: 'the ring has quorum', args: ['start', PACEMAKER]},
};

async function act(action: Action, {processes, log}: WatchPorts): Promise<void> {
  if (action === 'none') {
    return;
  }
  const {why, args} = TOLD[action];
  log(`${action}: ${why}`);
  const {exitCode} = await processes.run('systemctl', args, {timeoutMs: JOB_MS});
  if (exitCode !== 0) {
    log(`systemctl ${args.join(' ')} failed (status ${exitCode})`);
  }
}
