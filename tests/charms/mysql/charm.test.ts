import assert from 'node:assert/strict';

import {createBench, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const cluster = relate('cluster', 0, 'mysql', []);
const ASK = {database: 'masakari', username: 'masakari', hostname: '10.80.0.21'};

describe('stand-in mysql', () => {
  it('answers a request with its address, a password and all units that asked', async () => {
    const relations = [cluster, relate('shared-db', 3, 'masakari', [ASK, {...ASK, hostname: '10.80.0.22'}, {}])];
    const result = await run(createUnit({relations}), {relation: 3, step: 'changed', unit: 'masakari/1'});
    const {password = '', ...rest} = getOwnBag(result, 3);
    assert.deepEqual(rest, {db_host: '10.80.0.10', allowed_units: 'masakari/0 masakari/1'});
    assert.match(password, /^[0-9a-f]{32}$/);
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual(result.state.openedPorts, ['3306/tcp']);
  });

  it('answers several databases under their prefixes, with one password for one user', async () => {
    const bag = {
      ...{nova_database: 'nova', nova_username: 'nova', nova_hostname: 'h'},
      ...{novaapi_database: 'nova_api', novaapi_username: 'nova', novaapi_hostname: 'h'},
    };
    const relations = [cluster, relate('shared-db', 3, 'nova-cloud-controller', [bag])];
    const answer = getOwnBag(await run(createUnit({relations})), 3);
    assert.equal(answer['nova_allowed_units'], 'nova-cloud-controller/0');
    assert.equal(answer['novaapi_allowed_units'], 'nova-cloud-controller/0');
    assert.equal(answer['nova_password'], answer['novaapi_password']);
    assert.equal(answer['password'], undefined);
  });

  it('gives each user a password of its own and never changes it', async () => {
    const other = {database: 'glance', username: 'glance', hostname: 'h'};
    const relations = [cluster, relate('shared-db', 3, 'masakari', [ASK]), relate('shared-db', 4, 'glance', [other])];
    const first = await run(createUnit({relations}));
    assert.notEqual(getOwnBag(first, 3)['password'], getOwnBag(first, 4)['password']);
    const second = await run(first.state);
    assert.deepEqual(getChanges(first.state, second), []);
  });

  it('makes a database and its user in the server, once, and puts no password where others see it', async () => {
    const first = await run(createUnit({relations: [cluster, relate('shared-db', 3, 'masakari', [ASK])]}));
    assert.deepEqual(
      first.programs.filter(([program]) => program === 'mysql'),
      [['mysql', '--batch']],
    );
    const {password = ''} = getOwnBag(first, 3);
    assert.ok(!JSON.stringify([first.log, first.programs]).includes(password));
    assert.ok(!(await run(first.state)).programs.some(([program]) => program === 'mysql'));
  });

  it('gives nobody a database of the server itself', async () => {
    const ask = {...ASK, database: 'mysql'};
    const result = await run(createUnit({relations: [cluster, relate('shared-db', 3, 'masakari', [ask])]}));
    assert.deepEqual(getOwnBag(result, 3), {});
    assert.match(result.state.status.message, /database must be a name, and none of the server's own/);
  });

  it('is MariaDB on Debian', async () => {
    const {facts} = createUnit();
    const {state} = await run(createUnit({facts: {...facts, os: {id: 'debian', version: '12'}}, relations: [cluster]}));
    assert.equal(state.host.services['mariadb']?.isRunning, true);
    assert.ok('/etc/mysql/mariadb.conf.d/zz-charm.cnf' in state.host.files);
  });

  it('keeps a password while nobody asks for it', async () => {
    const first = await run(createUnit({relations: [cluster, relate('shared-db', 3, 'masakari', [ASK])]}));
    const kept = first.state.relations.filter(({endpoint}) => endpoint === 'cluster');
    const later = await run({...first.state, relations: [...kept, relate('shared-db', 9, 'masakari', [ASK])]});
    assert.equal(getOwnBag(later, 9)['password'], getOwnBag(first, 3)['password']);
  });

  it('waits, as a unit that does not lead, for the leader to make a password', async () => {
    const relations = [cluster, relate('shared-db', 3, 'masakari', [ASK])];
    const result = await run(createUnit({leader: false, relations}));
    assert.deepEqual(getOwnBag(result, 3), {});
    assert.equal(result.state.status.message, 'waiting for the leader to make passwords');
  });

  it('ignores data that cannot be right, and says whose', async () => {
    const bad = {...ASK, username: 'x`; DROP DATABASE\n'};
    const relations = [cluster, relate('shared-db', 3, 'masakari', [bad, ASK, {...ASK, username: 'root'}])];
    const result = await run(createUnit({relations}));
    assert.equal(result.exitCode, 0);
    assert.equal(getOwnBag(result, 3)['allowed_units'], 'masakari/1');
    assert.equal(
      result.state.status.message,
      'Unit is ready (ignored: relation shared-db:3, unit masakari/0: username must be a name; and 1 more)',
    );
  });

  it('lets nobody out on its own account when it is being removed', async () => {
    const first = await run(createUnit({relations: [cluster, relate('shared-db', 3, 'masakari', [ASK, ASK])]}));
    const relations = first.state.relations.map((relation) =>
      relation.id === 3 ? {...relation, units: {'masakari/0': ASK}} : relation,
    );
    const event = {relation: 3, step: 'departed', unit: 'masakari/1', departing: 'mysql/0'} as const;
    const result = await run({...first.state, relations}, event);
    assert.deepEqual(result.relationWrites, []);
  });
});
