import {renderTable} from '../views/table.ts';
import {JUJU_VERSION} from '../model/model.ts';
import type {DefineVerb} from './verb.ts';

/** controllers */
export const define: DefineVerb = (command, session) => {
  command.action(async () => {
    const index = await session.data.readIndex();
    const names = Object.keys(index.controllers).sort();
    if (names.length === 0) {
      session.tell('No controllers registered.');
      return;
    }
    const rows = await Promise.all(
      names.map(async (name) => {
        const record = index.controllers[name];
        const models = await session.data.listModels(name);
        const star = name === index.current ? '*' : '';
        return [
          `${name}${star}`,
          record?.currentModel === '' ? '-' : (record?.currentModel ?? '-'),
          'admin',
          'superuser',
          `${record?.cloud ?? ''}/local`,
          String(models.length),
          JUJU_VERSION,
        ];
      }),
    );
    const head = ['Controller', 'Model', 'User', 'Access', 'Cloud/Region', 'Models', 'Version'];
    session.input.write(renderTable([head, ...rows], {right: [5]}));
  });
};
