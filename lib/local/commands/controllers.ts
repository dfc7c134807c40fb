import {JUJU_VERSION} from '../model/model.ts';
import {renderTable} from '../views/table.ts';
import {renderJson, renderYaml} from '../views/yaml.ts';
import type {DefineVerb} from './verb.ts';

/** What is known of a controller, under the keys of Juju's `controllers --format yaml`. */
type Controller = {
  readonly 'current-model'?: string;
  readonly user: string;
  readonly access: string;
  readonly cloud: string;
  readonly region: string;
  readonly 'agent-version': string;
  readonly 'model-count': number;
};

/** controllers [--format tabular|yaml|json] */
export const define: DefineVerb = (command, session) => {
  command.option('--format <format>', 'tabular, yaml or json', 'tabular').action(async ({format}: {format: string}) => {
    const index = await session.data.readIndex();
    const controllers: Record<string, Controller> = {};
    for (const [name, record] of Object.entries(index.controllers).sort(([a], [b]) => (a < b ? -1 : 1))) {
      controllers[name] = {
        ...(record.currentModel === '' ? {} : {'current-model': record.currentModel}),
        user: 'admin',
        access: 'superuser',
        cloud: record.cloud,
        region: 'local',
        'agent-version': JUJU_VERSION,
        'model-count': (await session.data.listModels(name)).length,
      };
    }
    const data = {
      controllers: {...controllers},
      'current-controller': index.current === '' ? undefined : index.current,
    };
    if (format === 'json') session.print(renderJson(data));
    else if (format === 'yaml') session.input.write(renderYaml(data));
    else if (Object.keys(controllers).length === 0) session.tell('No controllers registered.');
    else session.input.write(renderControllers(controllers, index.current));
  });
};

function renderControllers(controllers: Readonly<Record<string, Controller>>, current: string): string {
  const rows = Object.entries(controllers).map(([name, controller]) => [
    `${name}${name === current ? '*' : ''}`,
    controller['current-model'] ?? '-',
    controller.user,
    controller.access,
    `${controller.cloud}/${controller.region}`,
    String(controller['model-count']),
    controller['agent-version'],
  ]);
  const head = ['Controller', 'Model', 'User', 'Access', 'Cloud/Region', 'Models', 'Version'];
  return renderTable([head, ...rows], {right: [5]});
}
