import assert from 'node:assert/strict';

import type {Desired} from './desired.ts';
import {active} from './status.ts';
import {requireMounts, type StorageView} from './storage.ts';
import type {RunHookResult, UnitState} from './testing/index.ts';
import {createTinyState, runTiny, type TinyView} from './tiny.fixture.ts';

const DATA = {id: 'data/2', location: '/srv/data', kind: 'filesystem'} as const;
const MORE = {id: 'data/10', location: '/srv/more', kind: 'filesystem'} as const;
const DISK = {id: 'data/3', location: '/dev/sdb', kind: 'block'} as const;

async function runWith(given: Partial<UnitState>): Promise<{seen: StorageView | null; result: RunHookResult}> {
  const views: StorageView[] = [];
  const decide = ({storage}: TinyView): Desired => {
    views.push(storage);
    return {files: requireMounts('web', storage['data'] ?? []), statuses: [active()]};
  };
  const result = await runTiny(decide, createTinyState(given), {storage: ['data']});
  assert.equal(result.exitCode, 0);
  return {seen: views[0] ?? null, result};
}

describe('storage in the view', () => {
  it('is what the unit has of each store, by number', async () => {
    const {seen, result} = await runWith({storage: {data: [MORE, DATA]}});
    assert.deepEqual(seen, {data: [DATA, MORE]});
    assert.equal(result.toolCalls.filter(([tool]) => tool?.startsWith('storage-')).length, 3);
  });

  it('is empty for a store of which there is none', async () => {
    assert.deepEqual((await runWith({})).seen, {data: []});
  });
});

describe('a service that needs its mounts', () => {
  const PATH = '/etc/systemd/system/web.service.d/storage.conf';

  it('is not started by systemd where they are not', async () => {
    const {result} = await runWith({storage: {data: [DATA]}});
    assert.equal(
      result.state.host.files[PATH]?.content,
      '[Unit]\nRequiresMountsFor="/srv/data"\nAssertPathIsMountPoint=/srv/data\n',
    );
  });

  it('is let alone when the storage is gone', async () => {
    const {result} = await runWith({storage: {data: [DATA]}});
    const after = await runWith({host: result.state.host});
    assert.deepEqual(after.result.state.host.files[PATH], undefined);
  });

  it('needs nothing for disks, and takes every place by its name', () => {
    assert.deepEqual(requireMounts('web', [DISK]), []);
    const [file] = requireMounts('web', [DISK, {...DATA, location: '/srv/100%'}]);
    assert.match(file?.content ?? '', /^AssertPathIsMountPoint=\/srv\/100%%$/m);
  });
});
