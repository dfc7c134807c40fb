import type {ApplicationState, ModelState} from '../model/state.ts';

/**
 * The charms whose hooks will run on a machine, as keys of the model's charms, sorted: those of its units, and those of
 * subordinates that a relation is going to put beside them. Known before the machine boots, so that it can begin with what
 * they install.
 */
export function getExpectedCharms(model: ModelState, machine: string): readonly string[] {
  const principals = Object.values(model.units)
    .filter((unit) => unit.machine === machine)
    .flatMap((unit) => model.applications[unit.application] ?? []);
  const applications = [...principals, ...principals.flatMap((application) => getSubordinates(model, application))];
  return [...new Set(applications.map(({charm}) => charm))].sort();
}

/** Subordinate applications that an application's relations bring to each of its units. */
function getSubordinates(model: ModelState, {name, relations}: ApplicationState): readonly ApplicationState[] {
  return relations.flatMap((id) => {
    const relation = model.relations[String(id)];
    if (relation?.scope !== 'container' || relation.life === 'dying') return [];
    return relation.endpoints.flatMap((endpoint) => {
      const other = model.applications[endpoint.application];
      return endpoint.application !== name && other?.subordinate === true ? [other] : [];
    });
  });
}
