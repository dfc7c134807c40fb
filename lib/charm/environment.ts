import type {Environment} from './host.ts';

/** The environment of this process: the one place that reads it. */
export function readEnvironment(): Environment {
  return process.env;
}
