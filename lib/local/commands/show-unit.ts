import {getMachine, getUnit} from '../model/model.ts';
import {getPublicAddress} from '../model/network.ts';
import {getApplicationOf} from '../model/names.ts';
import type {ModelState, RelationState, UnitState} from '../model/state.ts';
import {getRemoteApplication} from '../uniter/relation-index.ts';
import {getLocalEndpoint} from '../uniter/world.ts';
import {listPorts} from '../views/ports.ts';
import {renderJson, renderYaml, type Printable} from '../views/yaml.ts';
import type {GlobalOptions} from './session.ts';
import type {DefineVerb} from './verb.ts';

interface Options extends GlobalOptions {
  readonly app?: boolean;
  readonly endpoint?: string;
  readonly format: string;
  readonly relatedUnit?: string;
}

/** show-unit UNIT... */
export const define: DefineVerb = (command, session) => {
  command
    .argument('<units...>', 'units')
    .option('--app', 'only the data of applications')
    .option('--endpoint <endpoint>', 'only relations of that endpoint')
    .option('--related-unit <unit>', 'only data of that unit')
    .option('--format <format>', 'yaml, json or smart', 'yaml')
    .action(async (names: readonly string[], options: Options) => {
      const state = await session.readState(options);
      const units = names.map((name) => [name, describeUnit(state, getUnit(state, name), options)] as const);
      const data = Object.fromEntries(units);
      session.input.write(options.format === 'json' ? `${renderJson(data)}\n` : renderYaml(data));
    });
};

function describeUnit(model: ModelState, unit: UnitState, options: Options): Printable {
  const application = model.applications[unit.application];
  const relations = (application?.relations ?? []).flatMap((id) => {
    const relation = model.relations[String(id)];
    if (relation === undefined) return [];
    const {name} = getLocalEndpoint(relation, unit.application);
    return options.endpoint !== undefined && options.endpoint !== name
      ? []
      : [describeRelation(relation, unit, options)];
  });
  return {
    'opened-ports': listPorts(unit.ports),
    'workload-version': unit.workloadVersion === '' ? undefined : unit.workloadVersion,
    machine: unit.machine,
    'public-address': getPublicAddress(model, getMachine(model, unit.machine)),
    charm: unit.charm,
    leader: application?.leader === unit.name,
    life: unit.life,
    'relation-info': relations.length === 0 ? undefined : relations,
  };
}

function describeRelation(relation: RelationState, unit: UnitState, options: Options): Printable {
  const remote = getRemoteApplication(relation, unit.application);
  const related = Object.entries(relation.units).filter(
    ([name]) =>
      getApplicationOf(name) === remote &&
      name !== unit.name &&
      (options.relatedUnit === undefined || options.relatedUnit === name) &&
      (relation.scope === 'global' || Object.hasOwn(unit.relations[String(relation.id)]?.members ?? {}, name)),
  );
  const local = relation.units[unit.name];
  const units = Object.fromEntries(related.map(([name, {inScope, data}]) => [name, {'in-scope': inScope, data}]));
  return {
    'relation-id': relation.id,
    endpoint: getLocalEndpoint(relation, unit.application).name,
    'related-endpoint': getLocalEndpoint(relation, remote).name,
    'application-data': relation.applications[remote]?.data ?? {},
    'local-unit':
      options.app === true || local === undefined ? undefined : {'in-scope': local.inScope, data: local.data},
    'related-units': options.app === true || related.length === 0 ? undefined : units,
  };
}
