import type {ModelSnapshot} from './api.ts';
import {getApplicationStatus} from './model/application-status.ts';
import {formatPortRange} from './tools/ports.ts';
import {mergeConfig} from './tools/config.ts';
import type {World} from './uniter/world.ts';

/** What the model has come to, as plain data without times and without the order it came about in. */
export function takeSnapshot(world: World): ModelSnapshot {
  const {model, cloud} = world;
  return {
    applications: mapValues(model.applications, (application) => {
      const {status, message} = getApplicationStatus(model, application);
      return {status, message, config: mergeConfig(world.getCharm(application.charm).config, application.settings)};
    }),
    units: mapValues(model.units, (unit) => {
      const shown = unit.error ?? unit.workload;
      return {
        workload: shown.status,
        message: shown.message,
        agent: unit.agent.status,
        ports: unit.ports.map(formatPortRange),
        version: unit.workloadVersion,
      };
    }),
    relations: Object.fromEntries(
      Object.values(model.relations).map((relation) => [
        relation.key,
        {
          units: mapValues(relation.units, ({data}) => data),
          applications: mapValues(relation.applications, ({data}) => data),
        },
      ]),
    ),
    machines: mapValues(model.machines, (machine) => ({hostname: machine.hostname, ...cloud.readContents(machine)})),
    leaders: mapValues(model.applications, ({leader}) => leader),
    writes: {...model.writes},
  };
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
