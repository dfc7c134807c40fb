import assert from 'node:assert/strict';
import {mkdir, mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import type {StorageState} from '../model/state.ts';
import {dropStorage} from '../uniter/storage.ts';
import {addFixtureApplication, createFixture, type Fixture} from '../uniter/world.fixture.ts';
import type {Bind} from './ports.ts';
import {MachineStorage} from './storage.ts';

const CHARMS: Bind = {from: '/charms', to: '/var/lib/juju-charms', isWritable: false};

describe('the storage of machines', () => {
  let folder = '';
  let fixture: Fixture;
  let bound: Map<string, readonly Bind[]>;
  let storage: MachineStorage;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'storage-')), 'storage');
    fixture = createFixture();
    bound = new Map();
    storage = new MachineStorage({
      model: fixture.world.model,
      folder,
      binds: [CHARMS],
      room: {
        setBinds: (id, binds) => {
          bound.set(id, binds);
          return Promise.resolve();
        },
        readBinds: () => Promise.resolve([...bound.values()].flat()),
      },
    });
  });
  afterEach(() => rm(join(folder, '..'), {recursive: true}));

  const add = (name: string, metadata: string, machine = ''): Promise<unknown> =>
    addFixtureApplication(fixture, name, {metadata: `storage: {${metadata}}`, units: 1, machine});
  const getUnit = (name: string) => fixture.world.model.units[name]!;
  const getStorage = (id: string): StorageState => fixture.world.model.storage[id]!;

  it('is a folder for root that everybody may enter, made once and seen where the charm wants it', async () => {
    await add('app', 'data: {type: filesystem, location: /srv/data}, old: {type: filesystem, read-only: true}');
    const binds = await storage.getBinds('0');
    assert.deepEqual(binds, [
      CHARMS,
      {from: join(folder, 'data-0'), to: '/srv/data', isWritable: true},
      {from: join(folder, 'old-1'), to: '/var/lib/juju/storage/old/1', isWritable: false},
    ]);
    assert.equal((await stat(join(folder, 'data-0'))).mode & 0o777, 0o755);
    await writeFile(join(folder, 'data-0', 'file'), '');
    assert.deepEqual(await storage.getBinds('0'), binds);
    assert.deepEqual(await readdir(join(folder, 'data-0')), ['file']);
  });

  it('makes no folder where no unit has any', async () => {
    assert.deepEqual(await storage.getBinds('0'), [CHARMS]);
    await assert.rejects(readdir(folder));
  });

  it('is attached with all else that is on the machine', async () => {
    await add('one', 'data: {type: filesystem, location: /srv/one}');
    await add('two', 'data: {type: filesystem, location: /srv/two}', '0');
    await storage.attach(getUnit('two/0'));
    assert.deepEqual(
      bound.get('0')?.map(({to}) => to),
      [CHARMS.to, '/srv/one', '/srv/two'],
    );
  });

  it('is not put over other storage of the machine', async () => {
    await add('one', 'data: {type: filesystem, location: /srv/data}');
    await add('two', 'data: {type: filesystem, location: /srv/data}', '0');
    const reason = 'storage data/1 cannot be at /srv/data on machine 0: data/0 is there';
    await assert.rejects(storage.attach(getUnit('two/0')), {message: reason});
    assert.equal(bound.size, 0);
  });

  it('is removed with the unit that had it alone, and kept where others share it', async () => {
    await add('one', 'data: {type: filesystem}, all: {type: filesystem, shared: true}');
    await storage.attach(getUnit('one/0'));
    await storage.detach(getUnit('one/0'), getStorage('data/0'));
    dropStorage(fixture.world, getUnit('one/0'), 'data/0');
    await storage.detach(getUnit('one/0'), getStorage('all/1'));
    assert.deepEqual(await readdir(folder), ['all-1']);
  });

  it('is removed when nobody knows it any more, but not while a machine would not boot without it', async () => {
    await add('one', 'data: {type: filesystem}');
    await storage.attach(getUnit('one/0'));
    for (const name of ['lost-7', 'seen-8']) await mkdir(join(folder, name));
    bound.set('9', [{from: join(folder, 'seen-8'), to: '/x', isWritable: true}]);
    await storage.removeLost();
    assert.deepEqual((await readdir(folder)).sort(), ['data-0', 'seen-8']);
  });
});
