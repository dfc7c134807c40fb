import type {CommandResult} from '#charm';

import type {LocalError} from '../../errors.ts';
import {waitUntil} from './waiting.ts';

/** What booting is watched through. */
export interface BootView {
  /** The states in which systemd says it is; see is-system-running in systemctl(1). */
  readonly ask: (args: readonly string[], timeoutMs: number) => Promise<CommandResult>;
  readonly isOn: () => Promise<boolean>;
  readonly describe: (reason: string) => Promise<LocalError>;
}

/** Until systemd answers at all. */
const ANSWER = {limitMs: 90_000, pollMs: 50};

/** A service may take longer to start, or wait for a machine that is not there yet; the machine is usable then too. */
const SETTLED_MS = 30_000;

const ASK_MS = 10_000;

/** Resolves when systemd runs inside and has started what it was to start, or is still at it after half a minute. */
export async function waitForBoot({ask, isOn, describe}: BootView): Promise<void> {
  const seen = {state: '', isLost: false};
  const isUp = await waitUntil(async () => {
    seen.isLost = !(await isOn());
    if (seen.isLost) return true;
    seen.state = getState(await ask(['--wait'], SETTLED_MS)) || getState(await ask([], ASK_MS));
    return isUsable(seen.state) || seen.state === 'maintenance';
  }, ANSWER);
  if (seen.isLost) throw await describe('it went off while it booted');
  if (!isUp) throw await describe(`its systemd does not answer${seen.state === '' ? '' : ` (${seen.state})`}`);
  if (seen.state === 'maintenance') throw await describe('it stopped in the emergency mode');
}

/** `degraded` means that a unit failed: the machine's business. */
function isUsable(state: string): boolean {
  return state === 'running' || state === 'degraded' || state === 'starting';
}

/** systemctl's exit status is not 0 for most states, so only its word counts; there is none when it ran out of time. */
function getState({exitCode, stdout}: CommandResult): string {
  return exitCode === 124 ? '' : stdout.trim();
}
