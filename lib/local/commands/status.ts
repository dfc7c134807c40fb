import {LocalError} from '../errors.ts';
import type {ModelState} from '../model/state.ts';
import {describeModel} from '../views/status-data.ts';
import {selectParts, type Selection} from '../views/status-filter.ts';
import {renderOneLine, renderStatus} from '../views/status-tabular.ts';
import {renderJson, renderYaml} from '../views/yaml.ts';
import type {GlobalOptions, Session} from './session.ts';
import {createUsageError, type DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly format: string;
  readonly relations?: boolean;
  readonly integrations?: boolean;
}

/** status [PATTERN...] */
export const define: DefineVerb = (command, session) => {
  command
    .argument('[patterns...]', 'applications, units, machines or workload statuses to show')
    .option('--format <format>', 'tabular, yaml, json, oneline, line or short', 'tabular')
    .option('-o, --output <file>', 'not modelled')
    .option('--relations', 'show relations too')
    .option('--integrations', 'the same')
    .option('--storage', 'accepted; shown when there is any')
    .option('--utc', 'accepted; times are in UTC')
    .option('--color', 'accepted')
    .option('--no-color', 'accepted')
    .action(async (patterns: readonly string[], options: Options) => {
      if (!['tabular', 'yaml', 'json', 'oneline', 'line', 'short'].includes(options.format)) {
        throw createUsageError(
          `invalid value "${options.format}" for option --format: unknown format "${options.format}"`,
        );
      }
      const state = await session.readState(options);
      show(session, state, patterns, options);
    });
};

function show(session: Session, state: ModelState, patterns: readonly string[], options: Options): void {
  const selection = selectParts(state, patterns);
  const now = session.input.now();
  session.input.write(render(state, selection, options, now));
  const isTabular = options.format === 'tabular';
  if (!isTabular || selection.applications.size + selection.machines.size > 0) return;
  if (patterns.length > 0) session.tell(`Nothing matched specified ${patterns.length > 1 ? 'filters' : 'filter'}.`);
  else session.tell(`\nModel "admin/${state.name}" is empty.`);
}

function render(state: ModelState, selection: Selection, options: Options, now: number): string {
  const relations = options.relations === true || options.integrations === true;
  switch (options.format) {
    case 'json':
      return `${renderJson(describeModel(state, selection, now))}\n`;
    case 'yaml':
      return renderYaml(describeModel(state, selection, now));
    case 'tabular':
      return renderStatus(state, selection, {now, relations});
    case 'oneline':
    case 'line':
    case 'short':
      return renderOneLine(state, selection);
    default:
      throw new LocalError(`unknown format "${options.format}"`);
  }
}
