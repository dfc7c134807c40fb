import assert from 'node:assert/strict';

import {createBench, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const cluster = relate('cluster', 0, 'keystone', []);
const database = relate('shared-db', 1, 'mysql', [
  {db_host: '10.80.0.30', password: 'secret', allowed_units: 'keystone/0'},
]);
const API = 'http://10.0.0.236:15868/v1/%(tenant_id)s';
const SERVICE = {service: 'masakari', region: 'RegionOne', public_url: API, internal_url: API, admin_url: API};
const USER = {username: 'masakari-monitors', project: 'services'};
const CATALOGUE = '/etc/keystone/default_catalog.templates';

describe('stand-in keystone', () => {
  it('gives a service a user, and tells where tokens come from', async () => {
    const relations = [cluster, database, relate('identity-service', 7, 'masakari', [SERVICE, SERVICE])];
    const result = await run(createUnit({relations}));
    const {service_password, service_tenant_id, service_domain_id, admin_domain_id, ...rest} = getOwnBag(result, 7);
    assert.deepEqual(rest, {
      ...{service_host: '10.0.0.10', service_port: '5000', service_protocol: 'http'},
      ...{auth_host: '10.70.0.10', auth_port: '35357', auth_protocol: 'http'},
      ...{internal_host: '10.80.0.10', internal_port: '5000', internal_protocol: 'http', api_version: '3'},
      ...{service_username: 'masakari', service_tenant: 'services', service_domain: 'service_domain'},
      service_type: 'instance-ha',
    });
    for (const made of [service_password, service_tenant_id, service_domain_id, admin_domain_id]) {
      assert.match(made ?? '', /^[0-9a-f]{32}$/);
    }
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('registers services in its catalogue', async () => {
    const nova = Object.fromEntries(Object.entries(SERVICE).map(([key, value]) => [`nova_${key}`, value]));
    const relations = [
      cluster,
      database,
      relate('identity-service', 7, 'masakari', [SERVICE]),
      relate('identity-service', 8, 'nova-cloud-controller', [{...nova, nova_service: 'nova'}]),
    ];
    const result = await run(createUnit({relations}));
    const lines = (result.state.host.files[CATALOGUE]?.content ?? '').split('\n');
    assert.ok(lines.includes('catalog.RegionOne.instance-ha.publicURL = http://10.0.0.236:15868/v1/$(tenant_id)s'));
    assert.ok(lines.includes('catalog.RegionOne.compute.name = nova'));
    assert.ok(lines.includes('catalog.RegionOne.identity.adminURL = http://10.70.0.10:35357/v3'));
    assert.equal(getOwnBag(result, 8)['service_username'], 'nova');
  });

  it('gives a user for API calls its credentials', async () => {
    const relations = [cluster, database, relate('identity-credentials', 9, 'masakari-monitors', [USER, {}, USER])];
    const result = await run(createUnit({relations}));
    const bag = getOwnBag(result, 9);
    const {credentials_password, credentials_project_id, credentials_user_domain_id, ...rest} = bag;
    assert.deepEqual(rest, {
      ...{credentials_host: '10.0.0.10', credentials_port: '5000', credentials_protocol: 'http'},
      ...{credentials_username: 'masakari-monitors', credentials_project: 'services'},
      ...{credentials_project_domain_name: 'service_domain', credentials_user_domain_name: 'service_domain'},
      credentials_project_domain_id: credentials_user_domain_id,
      ...{auth_host: '10.70.0.10', auth_port: '35357', auth_protocol: 'http', api_version: '3', region: 'RegionOne'},
    });
    assert.match(credentials_password ?? '', /^[0-9a-f]{32}$/);
    assert.match(credentials_project_id ?? '', /^[0-9a-f]{32}$/);
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('puts a user without a project into that of the services, and another project under an id of its own', async () => {
    const relations = [
      cluster,
      database,
      relate('identity-credentials', 9, 'a', [{username: 'a'}]),
      relate('identity-credentials', 10, 'b', [{username: 'b', project: 'other'}]),
    ];
    const result = await run(createUnit({relations}));
    assert.equal(getOwnBag(result, 9)['credentials_project'], 'services');
    assert.equal(getOwnBag(result, 10)['credentials_project'], 'other');
    const ids = [9, 10].map((id) => getOwnBag(result, id)['credentials_project_id']);
    assert.notEqual(ids[0], ids[1]);
  });

  it('answers nobody before it has a database, and says what it waits for', async () => {
    const asking = relate('identity-credentials', 9, 'masakari-monitors', [USER]);
    const alone = await run(createUnit({relations: [cluster, asking]}));
    assert.deepEqual(alone.state.status, {status: 'blocked', message: "'shared-db' missing"});
    assert.deepEqual(getOwnBag(alone, 9), {});
    const early = await run(createUnit({relations: [cluster, relate('shared-db', 1, 'mysql', [{}]), asking]}));
    assert.deepEqual(early.state.status, {status: 'waiting', message: "'shared-db' incomplete"});
    assert.deepEqual(getOwnBag(early, 1), {database: 'keystone', username: 'keystone', hostname: '10.80.0.10'});
  });

  it('ignores hostile requests and serves the others', async () => {
    const hostile = {...SERVICE, public_url: 'http://x\ncatalog.RegionOne.compute.publicURL = http://evil'};
    const relations = [
      cluster,
      database,
      relate('identity-service', 7, 'masakari', [hostile]),
      relate('identity-credentials', 9, 'masakari-monitors', [{username: "'; --"}, USER]),
    ];
    const result = await run(createUnit({relations}));
    assert.equal(result.exitCode, 0);
    assert.deepEqual(getOwnBag(result, 7), {});
    assert.equal(getOwnBag(result, 9)['credentials_username'], 'masakari-monitors');
    assert.doesNotMatch(result.state.host.files[CATALOGUE]?.content ?? '', /evil/);
    assert.match(
      result.state.status.message,
      /^Unit is ready \(ignored: relation identity-service:7, unit masakari\/0: public_url/,
    );
  });

  it('keeps its configuration to itself, and out of arguments and the log', async () => {
    const relations = [cluster, database, relate('identity-service', 7, 'masakari', [SERVICE])];
    const result = await run(createUnit({relations}));
    const {mode, group, content = ''} = result.state.host.files['/etc/keystone/keystone.conf'] ?? {};
    assert.deepEqual({mode, group}, {mode: 0o640, group: 'keystone'});
    assert.match(content, /^connection = mysql\+pymysql:\/\/keystone:secret@10\.80\.0\.30\/keystone$/m);
    const password = getOwnBag(result, 7)['service_password'] ?? '';
    const seen = JSON.stringify([result.log, result.programs, result.toolCalls, result.state.status]);
    assert.ok(!seen.includes('secret') && !seen.includes(password));
  });
});
