import type {Databag, HookContext, RelationView} from '#charm';

import type {InterfaceView} from './requirer.ts';

/** What the tests of the interfaces share. */

const context: HookContext = {
  unit: 'app/0',
  application: 'app',
  modelName: 'test',
  modelUuid: '',
  machineId: '0',
  event: {kind: 'unit', name: 'config-changed'},
};

/** A view of one relation on an endpoint, with the bags of its remote units. */
export function createView(
  endpoint: string,
  units: Readonly<Record<string, Databag>>,
  remoteApplicationData: Databag = {},
): InterfaceView {
  const relation: RelationView = {
    endpoint,
    id: `${endpoint}:7`,
    remoteApplication: 'other',
    units: Object.entries(units).map(([name, data]) => ({name, data})),
    remoteApplicationData,
    unitData: {},
    applicationData: {},
  };
  return {context, relations: [relation]};
}

/** A view without any relation. */
export const EMPTY_VIEW: InterfaceView = {context, relations: []};

/** A CA as relation data has it. */
export const PEM = '-----BEGIN CERTIFICATE-----\nTWFzYWthcmk=\n-----END CERTIFICATE-----\n';
export const PEM_BASE64 = Buffer.from(PEM).toString('base64');
