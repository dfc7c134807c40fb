import type {ModelSnapshot, SnapshotApplication} from '#juju';

import type {ApplicationState, ModelState} from '../model/state.ts';

/** The model as a bundle's plan needs it. */
export function createPlanModel(model: ModelState): ModelSnapshot {
  const applications = Object.values(model.applications).map((application): [string, SnapshotApplication] => [
    application.name,
    describeApplication(model, application),
  ]);
  return {
    applications: Object.fromEntries(applications),
    machines: Object.keys(model.machines),
    machineAnnotations: Object.fromEntries(Object.values(model.machines).map(({id, annotations}) => [id, annotations])),
    relations: Object.values(model.relations).flatMap(({endpoints, life}): (readonly [string, string])[] => {
      const [first, second] = endpoints.map(({application, name}) => `${application}:${name}`);
      return first === undefined || second === undefined || life === 'dying' ? [] : [[first, second]];
    }),
    sequences: model.sequences,
  };
}

function describeApplication(model: ModelState, application: ApplicationState): SnapshotApplication {
  const {charm, channel, base, settings, constraints, exposed, annotations, subordinate, units} = application;
  return {
    charm,
    revision: model.charms[charm]?.declared.revision ?? 0,
    base,
    options: settings,
    constraints,
    exposed,
    annotations,
    subordinate,
    units: units.map((name) => ({name, machine: subordinate ? '' : (model.units[name]?.machine ?? '')})),
    ...(channel === '' ? {} : {channel}),
  };
}
