import assert from 'node:assert/strict';

import {createAnswers} from '../shared/fixtures.ts';
import {createBench, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const {keystone, broker} = createAnswers('nova-cloud-controller', 'nova');
const NOVA = 'nova-cloud-controller/0';
const database = relate('shared-db', 1, 'mysql', [
  {
    db_host: '10.80.0.30',
    nova_password: 'db-secret',
    nova_allowed_units: NOVA,
    novaapi_password: 'db-secret',
    novaapi_allowed_units: NOVA,
    novacell0_password: 'db-secret',
    novacell0_allowed_units: NOVA,
  },
]);
const image = relate('image-service', 4, 'glance', [{'glance-api-server': 'http://10.80.0.33:9292'}]);
const NETWORK = {'neutron-url': 'http://10.80.0.34:9696', 'neutron-plugin': 'ovs', 'neutron-security-groups': 'yes'};
const network = relate('neutron-api', 5, 'neutron-api', [NETWORK]);
const placement = relate('placement', 6, 'placement', [{placement_enabled: 'True'}]);
const computes = relate('cloud-compute', 7, 'nova-compute', [{hostname: 'tidy-goose'}, {}]);
const all = [database, keystone, broker, image, network, placement, computes];

describe('stand-in nova-cloud-controller', () => {
  it('asks for its three databases and registers the compute service under prefixes', async () => {
    const result = await run(createUnit({relations: all}));
    const asked = getOwnBag(result, 1);
    assert.deepEqual(
      ['nova_database', 'novaapi_database', 'novacell0_database'].map((key) => asked[key]),
      ['nova', 'nova_api', 'nova_cell0'],
    );
    assert.equal(getOwnBag(result, 2)['nova_service'], 'nova');
    assert.equal(getOwnBag(result, 2)['nova_public_url'], 'http://10.0.0.10:8774/v2.1');
    assert.deepEqual(getOwnBag(result, 6), {nova_placement_disabled: 'True'});
  });

  it('gives the computes its own credentials and the way to the other services', async () => {
    const result = await run(createUnit({relations: all}));
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    const bag = getOwnBag(result, 7);
    assert.equal(bag['auth_host'], '10.70.0.32');
    assert.equal(bag['auth_port'], '35357');
    assert.equal(bag['service_username'], 'nova');
    assert.equal(bag['service_password'], 'ks-secret');
    assert.equal(bag['quantum_url'], 'http://10.80.0.34:9696');
    assert.equal(bag['quantum_port'], '9696');
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('waits until the database lets this unit in', async () => {
    const [bag = {}] = Object.values(database.units);
    const others = relate('shared-db', 1, 'mysql', [{...bag, nova_allowed_units: `${NOVA}1 other/0`}]);
    const result = await run(createUnit({relations: [others, ...all.slice(1)]}));
    assert.deepEqual(result.state.status, {status: 'waiting', message: "'shared-db' incomplete"});
    assert.deepEqual(getOwnBag(result, 7), {});
  });

  it('is blocked on a URL that is none', async () => {
    const bad = relate('neutron-api', 5, 'neutron-api', [{...NETWORK, 'neutron-url': 'http://['}]);
    const result = await run(createUnit({relations: [...all.filter((relation) => relation !== network), bad]}));
    assert.equal(result.exitCode, 0);
    const message = 'relation neutron-api:5, unit neutron-api/0: neutron-url must be a URL';
    assert.deepEqual(result.state.status, {status: 'blocked', message});
  });
});
