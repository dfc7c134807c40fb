import type {Progress} from '../api.ts';
import type {CommandInput} from './input.ts';

/** Nothing is said of what is over sooner. */
const PATIENCE_MS = 1_000;
const TERMINAL_MS = 200;
const LINE_MS = 2_000;

/** Says how far settling is: one changing line on a terminal; elsewhere a line now and then, and one when it is done. */
export function createProgress({warn, isTerminal, now}: Pick<CommandInput, 'warn' | 'isTerminal' | 'now'>): {
  readonly report: (progress: Progress) => void;
  /** Says something of its own on a line that stays. */
  readonly tell: (line: string) => void;
  /** With how many units are settled in the end; null when it was stopped before. */
  readonly end: (settled: {readonly settledUnits: number; readonly units: number} | null) => void;
} {
  let next = now() + PATIENCE_MS;
  let hasLine = false;
  return {
    report: ({settledUnits, units, unit, hook}) => {
      if (now() < next) return;
      next = now() + (isTerminal ? TERMINAL_MS : LINE_MS);
      const text = `Settling: ${String(settledUnits)}/${String(units)} units, ${unit} runs ${hook}`;
      warn(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
      hasLine = true;
    },
    tell: (line) => {
      warn(`${hasLine && isTerminal ? '\r\u001b[K' : ''}${line}\n`);
    },
    end: (settled) => {
      if (hasLine && isTerminal) warn('\r\u001b[K');
      else if (hasLine && settled !== null) {
        warn(`Settled: ${String(settled.settledUnits)}/${String(settled.units)} units\n`);
      }
      hasLine = false;
    },
  };
}
