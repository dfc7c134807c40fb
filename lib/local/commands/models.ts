import {getCloudName} from '../model/model.ts';
import type {ModelState} from '../model/state.ts';
import {renderTable} from '../views/table.ts';
import {formatAge, formatTime} from '../views/time.ts';
import {renderJson, renderYaml, type Printable} from '../views/yaml.ts';
import type {DefineVerb} from './verb.ts';

const CORES_PER_MACHINE = 4;

/** models [--format tabular|yaml|json] */
export const define: DefineVerb = (command, session) => {
  command
    .option('--format <format>', 'tabular, yaml or json', 'tabular')
    .option('-c, --controller <controller>', 'controller to operate in')
    .option('--all', 'all models; there is one user only')
    .action(async ({format, controller: wanted}: {format: string; controller?: string}) => {
      const {name, record} = await session.readController(wanted);
      const states: ModelState[] = [];
      for (const model of await session.data.listModels(name)) {
        states.push((await session.data.readModel(name, model)).state);
      }
      const now = session.input.now();
      const data: Printable = {
        models: states.map((state) => describe(state, now)),
        'current-model': record.currentModel === '' ? undefined : record.currentModel,
      };
      if (format === 'json') session.print(renderJson(data));
      else if (format === 'yaml') session.input.write(renderYaml(data));
      else session.input.write(renderModels(name, record.currentModel, states, now));
    });
};

function getStatus({life}: ModelState): string {
  return life === 'dying' ? 'destroying' : 'available';
}

function describe(state: ModelState, now: number): Printable {
  return {
    name: `admin/${state.name}`,
    'short-name': state.name,
    'model-uuid': state.uuid,
    'model-type': 'iaas',
    'controller-name': state.controller,
    owner: state.owner,
    cloud: getCloudName(state),
    region: 'local',
    type: getCloudName(state),
    life: state.life ?? 'alive',
    status: {current: getStatus(state), since: formatTime(state.created)},
    users: {admin: {access: 'admin', 'last-connection': formatAge(state.created, now)}},
    seed: state.seed,
  };
}

function renderModels(controller: string, current: string, states: readonly ModelState[], now: number): string {
  const rows = states.map((state) => {
    const machines = Object.keys(state.machines).length;
    return [
      `${state.name}${state.name === current ? '*' : ''}`,
      `${getCloudName(state)}/local`,
      getCloudName(state),
      getStatus(state),
      String(machines),
      machines === 0 ? '-' : String(machines * CORES_PER_MACHINE),
      String(Object.keys(state.units).length),
      'admin',
      formatAge(state.created, now),
    ];
  });
  const head = ['Model', 'Cloud/Region', 'Type', 'Status', 'Machines', 'Cores', 'Units', 'Access', 'Last connection'];
  return `Controller: ${controller}\n\n${renderTable([head, ...rows], {right: [4, 5, 6]})}`;
}
