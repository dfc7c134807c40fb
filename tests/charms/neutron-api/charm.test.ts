import assert from 'node:assert/strict';

import {createAnswers} from '../shared/fixtures.ts';
import {createBench, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const {database, keystone, broker} = createAnswers('neutron-api', 'neutron');
const nova = relate('neutron-api', 4, 'nova-cloud-controller', [{}]);

describe('stand-in neutron-api', () => {
  it('asks for what it needs', async () => {
    const relations = [relate('shared-db', 1, 'mysql', []), relate('amqp', 3, 'rabbitmq-server', [])];
    const result = await run(createUnit({relations}));
    assert.deepEqual(getOwnBag(result, 1), {database: 'neutron', username: 'neutron', hostname: '10.80.0.10'});
    assert.deepEqual(getOwnBag(result, 3), {username: 'neutron', vhost: 'openstack', 'private-address': '10.80.0.10'});
    assert.equal(result.state.status.message, "'shared-db' incomplete, 'amqp' incomplete, 'identity-service' missing");
  });

  it('tells Nova where it is once it is configured', async () => {
    const result = await run(createUnit({relations: [database, keystone, broker, nova]}));
    assert.deepEqual(getOwnBag(result, 4), {
      'neutron-url': 'http://10.80.0.10:9696',
      'neutron-plugin': 'ovs',
      'neutron-security-groups': 'yes',
    });
    const config = result.state.host.files['/etc/neutron/neutron.conf']?.content ?? '';
    assert.match(config, /^transport_url = rabbit:\/\/neutron:amqp-secret@10\.80\.0\.31:5672\/openstack$/m);
    assert.equal(result.state.host.services['neutron-server']?.isRunning, true);
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });
});
