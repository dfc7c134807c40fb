import type {LogLine, ModelState} from './state.ts';

/** Lines that a model keeps; the oldest go first. */
const LOG_LIMIT = 20_000;

/** Adds a line to the model's log, as debug-log shows it. */
export function addLog(model: ModelState, line: LogLine): void {
  model.log.push(line);
  if (model.log.length > LOG_LIMIT + 1_000) model.log.splice(0, model.log.length - LOG_LIMIT);
}
