import {defineEndpoint, parseNothing, renderOsloConfig} from '#charm';
import {getDatabaseUri, sayOnAll} from '#openstack';

import {defineApiCharm, getApiWorkers, getTokenSection} from '../../shared/api-charm.ts';
import {askForDatabase} from '../../shared/database.ts';
import {renderUwsgiArguments} from '../../shared/server.ts';

const placement = defineEndpoint({name: 'placement', unit: parseNothing});

const CONFIG_FILE = '/etc/placement/placement.conf';

/** Placement: an API, in Apache and on Debian in uWSGI, that the scheduler and the computes use. */
export const charm = defineApiCharm({
  service: 'placement',
  port: 8778,
  database: askForDatabase('placement'),
  workload: {packages: ['placement-api', 'apache2', 'libapache2-mod-wsgi-py3'], services: ['apache2']},
  debian: {
    packages: ['placement-api', 'python3-pymysql'],
    services: ['placement-api'],
    renderFiles: (_given, view) => [renderUwsgiArguments('placement-api', [`--processes ${getApiWorkers(view)}`])],
    user: 'placement',
    getSetUp: ({database}) => ({
      dependsOn: [getDatabaseUri(database)],
      commands: [{program: 'placement-manage', args: ['db', 'sync']}],
    }),
  },
  endpoints: [placement],
  renderFiles: ({database, keystone}) => [
    {
      path: CONFIG_FILE,
      group: 'placement',
      mode: 0o640,
      content: renderOsloConfig({
        api: {auth_strategy: 'keystone'},
        placement_database: {connection: getDatabaseUri(database)},
        keystone_authtoken: getTokenSection(keystone),
      }),
    },
  ],
  tell: (view, given) => (given === null ? [] : sayOnAll(view, 'placement', {placement_enabled: 'True'})),
});
