import assert from 'node:assert/strict';

import type {StorageState} from '../model/state.ts';
import {settle} from './settle.ts';
import {setUnitDying} from './units.ts';
import {addFixtureApplication, createFixture, type Fixture} from './world.fixture.ts';

const QUIET = {updateStatus: false};

const SHARED = 'storage: {images: {type: filesystem, shared: true, location: /srv/images}}';
const OWN = 'storage: {data: {type: filesystem, location: /srv/data}}';

async function deploy(metadata: string, storage: Readonly<Record<string, string>> = {}): Promise<Fixture> {
  const fixture = createFixture();
  await addFixtureApplication(fixture, 'app', {metadata, units: 2, storage});
  await settle(fixture.world, QUIET);
  return fixture;
}

const getHooks = ({hooks}: Fixture, unit: string): string[] =>
  hooks.filter((hook) => hook.startsWith(`${unit} `)).map((hook) => hook.slice(unit.length + 1));

const getStorage = ({world}: Fixture): readonly StorageState[] => Object.values(world.model.storage);

const getOwners = (fixture: Fixture): readonly string[] =>
  getStorage(fixture).map(({id, owner, attachments}) => `${id} of ${owner} in ${Object.keys(attachments).join(' ')}`);

describe('storage of units', () => {
  it('is told of before the first hook, and given up before the last ones', async () => {
    const fixture = await deploy(OWN);
    assert.deepEqual(getHooks(fixture, 'app/0').slice(0, 2), ['data-storage-attached', 'install']);
    setUnitDying(fixture.world, fixture.world.model.units['app/0']!);
    await settle(fixture.world, QUIET);
    assert.deepEqual(getHooks(fixture, 'app/0').slice(-3), ['data-storage-detaching', 'stop', 'remove']);
    assert.deepEqual(getOwners(fixture), ['data/1 of app/1 in app/1']);
  });

  it('is one for all units of the application where the charm shares it, and stays while there is one', async () => {
    const fixture = await deploy(SHARED);
    assert.deepEqual(getOwners(fixture), ['images/0 of app in app/0 app/1']);
    assert.equal(getHooks(fixture, 'app/1')[0], 'images-storage-attached');
    setUnitDying(fixture.world, fixture.world.model.units['app/0']!);
    await settle(fixture.world, QUIET);
    assert.deepEqual(getOwners(fixture), ['images/0 of app in app/1']);
  });

  it('is as many as users asked for, with their pool and size', async () => {
    const fixture = await deploy('storage: {data: {type: filesystem, multiple: {range: 0+}}}', {data: 'rootfs,2,5G'});
    assert.equal(getStorage(fixture).length, 4);
    for (const {pool, size, location, id} of getStorage(fixture)) {
      assert.deepEqual([pool, size, location], ['rootfs', 5120, `/var/lib/juju/storage/${id}`]);
    }
    assert.deepEqual(getOwners(await deploy('storage: {data: {type: filesystem, multiple: {range: 0+}}}')), []);
  });

  it('is there for as long as the charm knows it', async () => {
    const fixture = createFixture();
    await addFixtureApplication(fixture, 'app', {metadata: OWN, units: 1});
    fixture.world.cloud.attachStorage = (unit, {location}) => {
      fixture.hooks.push(`${unit.name} mounts ${location}`);
      return Promise.resolve();
    };
    fixture.world.cloud.detachStorage = (unit, {location}) => {
      fixture.hooks.push(`${unit.name} unmounts ${location}`);
      return Promise.resolve();
    };
    await settle(fixture.world, QUIET);
    assert.deepEqual(getHooks(fixture, 'app/0').slice(0, 2), ['mounts /srv/data', 'data-storage-attached']);
    setUnitDying(fixture.world, fixture.world.model.units['app/0']!);
    await settle(fixture.world, QUIET);
    assert.deepEqual(getHooks(fixture, 'app/0').slice(-4, -2), ['data-storage-detaching', 'unmounts /srv/data']);
  });

  it('that does not come fails its hook, which says why, and no other hook runs before it', async () => {
    const fixture = createFixture();
    await addFixtureApplication(fixture, 'app', {metadata: OWN, units: 1});
    fixture.world.cloud.attachStorage = () => Promise.reject(new Error('the disk is full'));
    await settle(fixture.world, QUIET);
    const unit = fixture.world.model.units['app/0']!;
    assert.equal(unit.failed?.name, 'data-storage-attached');
    assert.ok(fixture.world.model.log.some(({message}) => message.includes('failed: the disk is full')));
    assert.deepEqual(getHooks(fixture, 'app/0'), []);
  });

  it('goes with a unit that was removed before it had any hook', async () => {
    const fixture = createFixture();
    await addFixtureApplication(fixture, 'app', {metadata: OWN, units: 1});
    setUnitDying(fixture.world, fixture.world.model.units['app/0']!);
    await settle(fixture.world, QUIET);
    assert.deepEqual([fixture.hooks, getOwners(fixture)], [[], []]);
  });
});
