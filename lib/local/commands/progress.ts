import type {Progress} from '../api.ts';
import type {CommandInput} from './session.ts';

/** Nothing is said of what is over sooner. */
const PATIENCE_MS = 1_000;
const TERMINAL_MS = 200;
const LINE_MS = 5_000;

/** Says how far settling is: one changing line on a terminal, now and then a line elsewhere. */
export function createProgress({warn, isTerminal, now}: CommandInput): {
  readonly report: (progress: Progress) => void;
  readonly end: () => void;
} {
  let next = now() + PATIENCE_MS;
  let hasLine = false;
  return {
    report: ({settledUnits, units, unit, hook}) => {
      if (now() < next) return;
      next = now() + (isTerminal ? TERMINAL_MS : LINE_MS);
      const text = `Settling: ${String(settledUnits)}/${String(units)} units, ${unit} runs ${hook}`;
      warn(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
      hasLine = isTerminal;
    },
    end: () => {
      if (hasLine) warn('\r\u001b[K');
      hasLine = false;
    },
  };
}
