import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createModelState} from '../model/model.ts';
import {DataFolder} from '../store/data-folder.ts';
import {HostedModel} from './hosted-model.ts';
import {getHostFolder, LIVE_MEMORY} from './live-memory.fixture.ts';
import type {LiveCloud} from './ports.ts';

/** A cloud whose models tell when their agents are let go. */
async function createCloud(onWake: () => void): Promise<LiveCloud> {
  const cloud = await LIVE_MEMORY['live']?.loadLive?.();
  assert.ok(cloud);
  return {
    options: cloud.options,
    checkHost: (folder) => cloud.checkHost(folder),
    removeRest: (setting) => cloud.removeRest(setting),
    openModel: async (wanted) => {
      const live = await cloud.openModel(wanted);
      return {
        ...live,
        agents: {
          wake: onWake,
          hold: (steps) => live.agents.hold(steps),
          whenSettled: (o) => live.agents.whenSettled(o),
        },
      };
    },
  };
}

describe('a model in its controller’s process', () => {
  let path = '';

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'hosted-model-'));
  });

  afterEach(async () => {
    await rm(path, {recursive: true});
    await rm(getHostFolder(path), {recursive: true, force: true});
  });

  it('has a change on the disk before machines or hooks follow from it', async () => {
    const data = new DataFolder(path);
    const state = createModelState({name: 'm', controller: 'c', seed: 1, secret: 'x', now: 0});
    await data.writeModel({state, cloud: null});
    const kept: boolean[] = [];
    const hosted = await HostedModel.open({
      cloud: await createCloud(() => {
        kept.push(readFileSync(join(path, 'models/c/m.json'), 'utf8').includes('"isSettled":false'));
      }),
      data,
      setting: {controller: 'c', model: 'm', id: '00000000', folder: join(path, 'm'), dataFolder: path, config: {}},
      now: () => 0,
      warn: (line) => {
        throw new Error(line);
      },
    });
    hosted.state.isSettled = false;
    await hosted.keep();
    assert.deepEqual(kept, [true]);
    await hosted.close();
  });
});
