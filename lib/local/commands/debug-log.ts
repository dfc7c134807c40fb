import type {LogLevel, LogLine} from '../model/state.ts';
import {formatClock, formatDay} from '../views/time.ts';
import type {GlobalOptions} from './session.ts';
import {collect, createUsageError, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly date?: boolean;
  readonly exclude?: readonly string[];
  readonly include?: readonly string[];
  readonly includeModule?: readonly string[];
  readonly excludeModule?: readonly string[];
  readonly level: string;
  readonly limit?: string;
  readonly lines: string;
  readonly ms?: boolean;
  readonly replay?: boolean;
}

const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

/** debug-log */
export const define: DefineVerb = (command, session) => {
  command
    .option('--date', 'show days')
    .option('-x, --exclude <entity>', 'leave out entities: unit-mysql-0', collect)
    .option('-i, --include <entity>', 'only these entities', collect)
    .option('--include-module <module>', 'only these modules', collect)
    .option('--exclude-module <module>', 'leave out modules', collect)
    .option('-l, --level <level>', 'least level', 'TRACE')
    .option('--limit <count>', 'only so many of the last lines')
    .option('-n, --lines <count>', 'so many of the last lines, without --replay and --limit', '10')
    .option('--ms', 'show milliseconds')
    .option('--replay', 'the whole log')
    .option('--no-tail', 'accepted; nothing more comes while no command runs')
    .option('--tail', 'accepted')
    .option('--utc', 'accepted; times are in UTC')
    .option('--color', 'accepted')
    .option('--location', 'accepted')
    .option('--retry', 'accepted')
    .action(async (options: Options) => {
      const state = await session.readState(options);
      const found = state.log.filter(createFilter(options));
      const shown = found.slice(Math.max(0, found.length - getCount(options)));
      session.input.write(shown.map((line) => renderLine(line, options)).join(''));
    });
};

/** How many of the last lines are shown. */
function getCount({limit, lines, replay}: Options): number {
  const last = parseNumber(lines);
  if (limit !== undefined) return parseNumber(limit);
  return replay === true ? Infinity : last;
}

function parseNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw createUsageError(`invalid value "${text}": must be a number`);
  return Number(text);
}

function createFilter(options: Options): (line: LogLine) => boolean {
  const {include = [], exclude = [], includeModule = [], excludeModule = []} = options;
  const least = LEVELS.findIndex((level) => level === options.level.toUpperCase());
  if (least < 0)
    throw createUsageError(`level value "${options.level}" is not one of "TRACE", "DEBUG", "INFO", "WARNING", "ERROR"`);
  const isEntity = (entity: string) => (wanted: string) =>
    entity === wanted.replace('/', '-') || entity === `unit-${wanted.replace('/', '-')}`;
  const isModule = (module: string) => (wanted: string) => module === wanted || module.startsWith(`${wanted}.`);
  return ({entity, level, module}) =>
    LEVELS.indexOf(level) >= least &&
    (include.length === 0 || include.some(isEntity(entity))) &&
    !exclude.some(isEntity(entity)) &&
    (includeModule.length === 0 || includeModule.some(isModule(module))) &&
    !excludeModule.some(isModule(module));
}

function renderLine({time, entity, level, module, message}: LogLine, {date, ms}: Options): string {
  const clock = ms === true ? new Date(time).toISOString().slice(11, 23) : formatClock(time);
  const day = date === true ? `${formatDay(time)} ` : '';
  return `${entity}: ${day}${clock} ${level} ${module} ${message}\n`;
}
