import type {Command} from 'commander';

import {LocalError} from '../errors.ts';
import type {Session} from './session.ts';

/** Gives a verb its arguments, options and action. */
export type DefineVerb = (command: Command, session: Session) => void;

/** A wrong command line: exit 2. */
export function createUsageError(message: string): LocalError {
  return new LocalError(message, {exitCode: 2});
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
