import assert from 'node:assert/strict';

import {createStatus} from '../model/model.ts';
import {settle} from '../uniter/settle.ts';
import {addFixtureApplication, createFixture, type Fixture} from '../uniter/world.fixture.ts';
import {describeModel} from './status-data.ts';
import {selectParts} from './status-filter.ts';
import {renderStatus} from './status-tabular.ts';

/** The rows of units and machines, cells apart by bars. */
function readRows({world}: Fixture): string[] {
  const {model} = world;
  const text = renderStatus(model, selectParts(model, []), {now: 0, relations: false});
  return text
    .split('\n')
    .map((line) => line.replace(/\s{2,}/g, ' | ').trim())
    .filter((line) => /^(?:db\/\d|\d )/.test(line));
}

async function createDeployment(): Promise<Fixture> {
  const fixture = createFixture(1);
  await addFixtureApplication(fixture, 'db', {units: 2});
  fixture.programs['db'] = async ({tools}) => {
    await tools('status-set', ['active', 'ready']);
    return 0;
  };
  return fixture;
}

function setAgent({world}: Fixture, id: string, status: string, message = ''): void {
  const machine = world.model.machines[id];
  if (machine !== undefined) machine.agent = createStatus(status, message, 0);
}

describe('status of machines that take their time', () => {
  it('says how far one is that is being made, and why one could not be', async () => {
    const fixture = await createDeployment();
    setAgent(fixture, '0', 'pending', 'building layers');
    setAgent(fixture, '1', 'provisioning error', 'no space left on device');
    assert.deepEqual(
      readRows(fixture).filter((row) => /^\d /.test(row)),
      [
        '0 | pending | 10.0.0.10 | pending | ubuntu@22.04 | default | building layers',
        '1 | down | 10.0.0.11 | pending | ubuntu@22.04 | default | no space left on device',
      ],
    );
  });

  it('shows units on a machine that is down as lost, and what an error of theirs was', async () => {
    const fixture = await createDeployment();
    await settle(fixture.world);
    setAgent(fixture, '0', 'started');
    assert.match(readRows(fixture).join('\n'), /^db\/0\*? \| active \| idle /);
    setAgent(fixture, '0', 'down', 'the machine is switched off');
    setAgent(fixture, '1', 'down');
    const failed = fixture.world.model.units['db/1'];
    if (failed !== undefined) failed.error = createStatus('error', 'hook failed: "start"', 0);
    const [lost = '', broken = '', machine = '', other = ''] = readRows(fixture);
    assert.match(lost, /^db\/0\*? \| unknown \| lost \| 0 \| 10\.0\.0\.10 \| agent lost, see /);
    assert.match(broken, /^db\/1\*? \| error \| lost .*hook failed: "start"$/);
    assert.match(machine, /^0 \| down \| 10\.0\.0\.10 \| .* \| Deployed; the machine is switched off$/);
    assert.match(other, /^1 \| down .* \| Deployed$/);
    const {model} = fixture.world;
    assert.match(
      JSON.stringify(describeModel(model, selectParts(model, []), 0)),
      /"juju-status":\{"current":"lost","message":"agent is not communicating with the server"/,
    );
  });

  it('leaves units that never ran as they are when their machine goes down', async () => {
    const fixture = await createDeployment();
    setAgent(fixture, '0', 'down');
    assert.match(readRows(fixture).join('\n'), /^db\/0\*? \| waiting \| allocating .*waiting for machine/);
  });
});
