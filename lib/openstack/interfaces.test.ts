import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {Databag} from '#charm';

import {getTransportUrl, requireAmqp} from './amqp.ts';
import {createView, EMPTY_VIEW, PEM, PEM_BASE64} from './fixture.test.ts';
import {requireIdentityCredentials} from './identity-credentials.ts';
import {requireIdentityService} from './identity-service.ts';
import type {Reading, Requirer} from './requirer.ts';
import {getDatabaseFiles, getDatabaseUri, requireSharedDb} from './shared-db.ts';

const sharedDb = requireSharedDb({database: 'app', username: 'app'});
const amqp = requireAmqp({username: 'app', vhost: 'openstack'});
const identityService = requireIdentityService();
const identityCredentials = requireIdentityCredentials();

function getValue<T>(reading: Reading<T>): T {
  assert.ok(reading.state === 'complete', JSON.stringify(reading));
  return reading.value;
}

const database: Databag = {db_host: '10.0.0.2', password: 'p@ss/w:rd', allowed_units: 'app/10 app/0'};
const broker: Databag = {password: 'a b', 'private-address': '10.0.0.3'};
const keystone: Databag = {
  service_host: 'keystone.example',
  service_protocol: 'https',
  service_port: '5000',
  auth_host: 'fd00::4',
  auth_protocol: 'http',
  auth_port: '35357',
  service_tenant: 'services',
  service_tenant_id: 'x1',
  service_username: 'app',
  service_password: 'secret',
};
const credentials: Databag = {
  credentials_host: 'keystone.example',
  credentials_protocol: 'http',
  credentials_port: '5000',
  auth_host: '10.0.0.4',
  auth_protocol: 'http',
  auth_port: '35357',
  api_version: '3',
  credentials_project: 'services',
  credentials_project_id: 'x1',
  credentials_username: 'app',
  credentials_password: 'secret',
};

const ALL: readonly {
  readonly requirer: Requirer<object>;
  readonly good: Databag;
  readonly required: readonly string[];
}[] = [
  {requirer: sharedDb, good: database, required: Object.keys(database)},
  {requirer: amqp, good: broker, required: Object.keys(broker)},
  {requirer: identityService, good: keystone, required: Object.keys(keystone)},
  {requirer: identityCredentials, good: credentials, required: Object.keys(credentials)},
];

describe('the required OpenStack interfaces', () => {
  for (const {requirer, good, required} of ALL) {
    const {name} = requirer.endpoint;

    it(`${name}: is missing without a relation, incomplete without a unit or one of its keys`, () => {
      assert.deepEqual(requirer.read(EMPTY_VIEW), {state: 'missing'});
      assert.deepEqual(requirer.read(createView(name, {})), {state: 'incomplete'});
      assert.equal(requirer.read(createView(name, {'other/0': good})).state, 'complete');
      for (const key of required) {
        const less = Object.fromEntries(Object.entries(good).filter(([name]) => name !== key));
        assert.deepEqual(requirer.read(createView(name, {'other/0': less})), {state: 'incomplete'}, key);
      }
    });

    it(`${name}: names relation, unit and key of what is bad, and never its value`, () => {
      for (const key of required.filter((found) => found !== 'allowed_units')) {
        const view = createView(name, {'other/0': good, 'other/1': {...good, [key]: 'bad\nvalue'}});
        const reading = requirer.read(view);
        assert.ok(reading.state === 'bad', key);
        assert.equal(reading.reasons.length, 1);
        assert.ok(
          reading.reasons[0]?.startsWith(`relation ${name}:7, unit other/1: ${key} must be `),
          reading.reasons[0],
        );
        assert.ok(!reading.reasons.join().includes('bad'));
      }
    });

    it(`${name}: reads any data without an exception`, () => {
      const bag = fc.dictionary(
        fc.constantFrom(...required, 'vip', 'ssl_ca', 'ssl_port', 'db_port'),
        fc.string({unit: 'binary', minLength: 1}),
      );
      fc.assert(fc.property(bag, (data) => void requirer.read(createView(name, {'other/0': {...good, ...data}}))));
    });
  }

  it('shared-db: percent-encodes user and password in the URL, and brackets IPv6', () => {
    const uri = (change: Databag): string =>
      getDatabaseUri(getValue(sharedDb.read(createView('shared-db', {'other/0': {...database, ...change}}))));
    assert.equal(uri({}), 'mysql+pymysql://app:p%40ss%2Fw%3Ard@10.0.0.2/app');
    assert.equal(uri({db_host: 'fd00::2', db_port: '3307'}), 'mysql+pymysql://app:p%40ss%2Fw%3Ard@[fd00::2]:3307/app');
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', minLength: 1}), (password) => {
        const reading = sharedDb.read(createView('shared-db', {'other/0': {...database, password}}));
        if (reading.state === 'complete') {
          const [, encoded = ''] =
            /^mysql\+pymysql:\/\/app:([A-Za-z0-9%._~-]+)@/.exec(getDatabaseUri(reading.value)) ?? [];
          assert.equal(decodeURIComponent(encoded), password);
        }
      }),
    );
  });

  it('shared-db: gives the files that a URL with TLS names', () => {
    const tls = {ssl_ca: PEM_BASE64, ssl_cert: PEM_BASE64, ssl_key: PEM_BASE64};
    const value = getValue(sharedDb.read(createView('shared-db', {'other/0': {...database, ...tls}})));
    const folder = '/usr/local/share/ca-certificates';
    assert.ok(
      getDatabaseUri(value).endsWith(
        `/app?ssl_ca=${folder}/db-client.ca&ssl_cert=${folder}/db-client.cert&ssl_key=${folder}/db-client.key`,
      ),
    );
    assert.deepEqual(
      getDatabaseFiles(value, 'app').map(({path, content, mode}) => [path, content, mode]),
      ['ca', 'cert', 'key'].map((name) => [`${folder}/db-client.${name}`, PEM, 0o640]),
    );
    const bad = sharedDb.read(createView('shared-db', {'other/0': {...database, ssl_ca: 'bm90IGEgUEVN'}}));
    assert.ok(bad.state === 'bad' && bad.reasons[0]?.includes('ssl_ca must be PEM text in base64'));
  });

  it('shared-db: is complete only when this very unit is let in', () => {
    const read = (change: Databag): string =>
      sharedDb.read(createView('shared-db', {'other/0': {...database, ...change}})).state;
    assert.equal(read({allowed_units: 'app/00 xapp/0'}), 'incomplete');
    assert.equal(read({'cluster-series-upgrading': 'True'}), 'incomplete');
  });

  it('amqp: names every broker that gave a password, in the order of their units', () => {
    const units = {
      'other/2': {...broker, 'private-address': '10.0.0.9'},
      'other/0': {...broker, 'private-address': 'fd00::3', ssl_port: '5671', ssl_ca: PEM_BASE64},
      'other/1': {'private-address': '10.0.0.8'},
    };
    const value = getValue(amqp.read(createView('amqp', units)));
    assert.equal(getTransportUrl(value), 'rabbit://app:a%20b@[fd00::3]:5671,app:a%20b@10.0.0.9:5672/openstack');
    assert.deepEqual([value.usesTls, value.tlsCa], [true, PEM]);
  });

  it('amqp: goes to the VIP alone where the brokers ask for it', () => {
    const clustered = {...broker, clustered: 'true', 'ha-vip-only': 'True', vip: '10.0.0.99', ha_queues: 'True'};
    const value = getValue(amqp.read(createView('amqp', {'other/0': clustered, 'other/1': broker})));
    assert.equal(getTransportUrl(value), 'rabbit://app:a%20b@10.0.0.99:5672/openstack');
    assert.equal(value.hasMirroredQueues, true);
  });

  it('identity-service: reads application data, with its own names, before units’ data', () => {
    const {service_tenant, service_tenant_id, service_username, ...rest} = keystone;
    const application: Databag = {
      ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key.replaceAll('_', '-'), value])),
      'service-user-name': 'from-application',
      'service-project-name': service_tenant ?? '',
      'service-project-id': service_tenant_id ?? '',
      'service-domain-name': 'dom',
    };
    const view = createView('identity-service', {'other/0': keystone}, application);
    assert.deepEqual(getValue(identityService.read(view)), {
      authUrl: 'http://[fd00::4]:35357',
      serviceUrl: 'https://keystone.example:5000',
      username: 'from-application',
      password: 'secret',
      project: 'services',
      domain: 'dom',
    });
    const bad = identityService.read(createView('identity-service', {}, {...application, 'service-port': 'x'}));
    assert.deepEqual(bad, {
      state: 'bad',
      reasons: ['relation identity-service:7, unit other: service_port must be a port number'],
    });
    assert.equal(
      getValue(identityService.read(createView('identity-service', {'other/0': keystone}))).username,
      service_username,
    );
  });

  it('identity-service: takes what the Python charms write for nothing as nothing', () => {
    const view = createView('identity-service', {'other/0': {...keystone, service_domain: 'None'}});
    assert.equal(getValue(identityService.read(view)).domain, 'Default');
  });

  it('identity-credentials: has domains only where Keystone names them', () => {
    const plain = getValue(identityCredentials.read(createView('identity-credentials', {'other/0': credentials})));
    assert.deepEqual(plain, {
      authUrl: 'http://10.0.0.4:35357',
      username: 'app',
      password: 'secret',
      project: 'services',
    });
    const named = {...credentials, credentials_user_domain_name: 'd', credentials_project_domain_id: '__null__'};
    const value = getValue(identityCredentials.read(createView('identity-credentials', {'other/0': named})));
    assert.deepEqual([value.userDomainName, value.projectDomainId], ['d', undefined]);
  });

  it('take the first complete relation where there are two', () => {
    const first = createView('amqp', {'other/0': {}});
    const second = createView('amqp', {'other/0': broker});
    const reading = amqp.read({...first, relations: [...first.relations, ...second.relations]});
    assert.equal(reading.state, 'complete');
  });
});
