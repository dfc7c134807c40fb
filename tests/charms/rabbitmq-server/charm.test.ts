import assert from 'node:assert/strict';

import type {ModelledCommand} from '#charm/testing';

import {createBench, DEBIAN, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const cluster = relate('cluster', 0, 'rabbitmq-server', []);
const ASK = {username: 'masakari', vhost: 'masakari', 'private-address': '10.80.0.21'};

describe('stand-in rabbitmq-server', () => {
  it('answers a user and its virtual host with a password and its own address', async () => {
    const result = await run(createUnit({relations: [cluster, relate('amqp', 5, 'masakari', [ASK, ASK])]}));
    const {password = '', ...rest} = getOwnBag(result, 5);
    assert.deepEqual(rest, {hostname: '10.80.0.10'});
    assert.match(password, /^[0-9a-f]{32}$/);
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('says the same for three hundred units as for one', async () => {
    const one = await run(createUnit({relations: [cluster, relate('amqp', 5, 'nova-compute', [ASK])]}));
    const bags = Array.from({length: 300}, () => ASK);
    const many = await run(createUnit({relations: [cluster, relate('amqp', 5, 'nova-compute', bags)]}));
    assert.deepEqual(getOwnBag(many, 5), getOwnBag(one, 5));
  });

  it('says when it is one of several', async () => {
    const peers = {...relate('cluster', 0, 'rabbitmq-server', []), units: {'rabbitmq-server/1': {}}};
    const result = await run(createUnit({relations: [peers, relate('amqp', 5, 'masakari', [ASK])]}));
    assert.equal(getOwnBag(result, 5)['clustered'], 'true');
  });

  it('answers nothing to hostile data, and says whose it is', async () => {
    const bag = {username: '$(reboot)', vhost: 'x'.repeat(1_000_000)};
    const result = await run(createUnit({relations: [cluster, relate('amqp', 5, 'masakari', [bag])]}));
    assert.equal(result.exitCode, 0);
    assert.deepEqual(getOwnBag(result, 5), {});
    const message = 'Unit is ready (ignored: relation amqp:5, unit masakari/0: username must be a name)';
    assert.deepEqual(result.state.status, {status: 'active', message});
  });

  it('gives the broker its users by standard input where it runs for real, and then tells them', async () => {
    const inputs: string[] = [];
    const rabbitmqctl: ModelledCommand = (_args, {stdin = ''}) => {
      inputs.push(stdin);
      return {exitCode: 0, stdout: '', stderr: ''};
    };
    const unit = createUnit({...DEBIAN, relations: [cluster, relate('amqp', 5, 'masakari', [ASK, ASK])]});
    const result = await run(unit, {hook: 'config-changed'}, {rabbitmqctl});
    const {password = ''} = getOwnBag(result, 5);
    assert.deepEqual(
      inputs.map((text): unknown => JSON.parse(text)),
      [
        {
          users: [{name: 'masakari', password, tags: ''}],
          vhosts: [{name: 'masakari'}],
          permissions: [{user: 'masakari', vhost: 'masakari', configure: '.*', write: '.*', read: '.*'}],
        },
      ],
    );
    assert.ok(!JSON.stringify([result.programs, result.log]).includes(password));
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('waits when rabbitmqctl fails, and tries again with the next hook', async () => {
    const unit = createUnit({...DEBIAN, relations: [cluster, relate('amqp', 5, 'masakari', [ASK])]});
    const rabbitmqctl: ModelledCommand = () => ({exitCode: 69, stdout: '', stderr: 'no'});
    const failed = await run(unit, {hook: 'config-changed'}, {rabbitmqctl});
    assert.deepEqual([failed.exitCode, getOwnBag(failed, 5)], [0, {}]);
    const message = 'the broker has not taken its users yet';
    assert.deepEqual(failed.state.status, {status: 'waiting', message});
    assert.notEqual(getOwnBag(await run(failed.state), 5)['password'], undefined);
  });
});
