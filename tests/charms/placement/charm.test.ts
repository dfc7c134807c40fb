import assert from 'node:assert/strict';

import {createAnswers} from '../shared/fixtures.ts';
import {createBench, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const {database, keystone} = createAnswers('placement', 'placement');
const nova = relate('placement', 4, 'nova-cloud-controller', [{nova_placement_disabled: 'True'}]);

describe('stand-in placement', () => {
  it('says that it is there only once it is configured', async () => {
    const early = await run(createUnit({relations: [database, nova]}));
    assert.deepEqual(getOwnBag(early, 4), {});
    assert.deepEqual(early.state.status, {status: 'blocked', message: "'identity-service' missing"});
    const ready = await run(createUnit({relations: [database, keystone, nova]}));
    assert.deepEqual(getOwnBag(ready, 4), {placement_enabled: 'True'});
    assert.deepEqual(ready.state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual(getChanges(ready.state, await run(ready.state)), []);
  });

  it('checks tokens at Keystone with the user it was given', async () => {
    const {state} = await run(createUnit({relations: [database, keystone]}));
    const config = state.host.files['/etc/placement/placement.conf']?.content ?? '';
    assert.match(config, /^auth_url = http:\/\/10\.70\.0\.32:35357$/m);
    assert.match(config, /^username = placement$/m);
    assert.match(config, /^connection = mysql\+pymysql:\/\/placement:db-secret@10\.80\.0\.30\/placement$/m);
  });
});
