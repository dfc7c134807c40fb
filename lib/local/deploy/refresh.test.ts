import assert from 'node:assert/strict';
import {cp, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

import {createModel} from '../create-model.ts';
import type {RunningModel} from '../local-model.ts';

const DECLARATION = 'type: charm\nsummary: s\ndescription: d\nbase: ubuntu@22.04\nplatforms: {amd64: }\n';
const PROGRAM = `export const charm = {endpoints: [], actions: [], run: async ({environment, tools}) => {
  await tools('juju-log', ['ran ' + environment.JUJU_DISPATCH_PATH]);
  return 0;
}};
`;

describe('refreshing an application', () => {
  let folder: string;
  let model: RunningModel;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-local-refresh-'));
    await write(
      'own/charmcraft.yaml',
      'provides: {web: {interface: http}}\nconfig: {options: {old: {type: string}}}\n',
    );
    await write('own/src/charm.mjs', PROGRAM);
    await write('user/charmcraft.yaml', 'requires: {site: {interface: http}}\n', 'user');
    await write('user/src/charm.mjs', PROGRAM);
    model = await createModel({charmLibrary: [folder], clock: () => 0});
    await model.deploy('own', {units: 2, config: {old: 'x'}});
    await model.deploy('user');
    model.integrate('user:site', 'own:web');
    await model.settle();
  });

  afterEach(() => rm(folder, {recursive: true, force: true}));

  async function write(path: string, text: string, name = 'own'): Promise<void> {
    await mkdir(dirname(join(folder, path)), {recursive: true});
    const start = path.endsWith('.yaml') ? `name: ${name}\n${DECLARATION}` : '';
    await writeFile(join(folder, path), start + text);
  }

  /** Another version of the charm, with these declarations. */
  async function writeNext(declaration: string, name = 'own'): Promise<string> {
    const next = join(folder, 'next');
    await cp(join(folder, 'own'), next, {recursive: true});
    await write('next/charmcraft.yaml', declaration, name);
    return next;
  }

  function getHooks(from: number): string[] {
    return model.state.log.slice(from).flatMap(({message}) => /(?:^|: )ran hooks\/(.*)$/.exec(message)?.[1] ?? []);
  }

  it('runs upgrade-charm and config-changed on every unit, with the new options and new peers', async () => {
    const from = model.state.log.length;
    const next = await writeNext(
      'provides: {web: {interface: http}}\npeers: {ring: {interface: r}}\nconfig: {options: {fresh: {type: string, default: bright}}}\n',
    );
    assert.equal(await model.refresh('own', {path: next}), 'Added local charm "own", revision 1, to the model');
    await model.settle({updateStatus: false});
    const hooks = getHooks(from);
    for (const hook of ['upgrade-charm', 'config-changed', 'ring-relation-created']) {
      assert.equal(hooks.filter((name) => name === hook).length, 2, `${hook} in ${hooks.join()}`);
    }
    assert.ok(hooks.indexOf('upgrade-charm') < hooks.indexOf('ring-relation-created'), hooks.join());
    assert.deepEqual(model.readConfig('own'), {fresh: 'bright'});
    assert.ok(Object.values(model.state.units).every(({upgradePending}) => !upgradePending));
  });

  it('from the library does nothing when the charm is the same, and from a path always makes a revision', async () => {
    assert.equal(await model.refresh('own'), 'charm "own": already up-to-date');
    assert.ok(Object.values(model.state.units).every(({upgradePending}) => !upgradePending));
    const path = join(folder, 'own');
    assert.match(await model.refresh('own', {path}), /revision 1,/);
    assert.match(await model.refresh('own', {path}), /revision 2,/);
  });

  it('is refused, and changes nothing, for what cannot take the place of the charm', async () => {
    const before = JSON.stringify(model.state);
    const cases = [
      {
        path: await writeNext('provides: {other: {interface: http}}\n'),
        pattern: /would break relation "user:site own:web"$/,
      },
      {path: join(folder, 'user'), pattern: /to charm "user": it runs "own"$/},
      {path: join(folder, 'nowhere'), pattern: /nowhere/},
    ];
    for (const {path, pattern} of cases) await assert.rejects(model.refresh('own', {path}), pattern);
    const subordinate = 'subordinate: true\nrequires: {host: {interface: juju-info, scope: container}}\n';
    await assert.rejects(model.refresh('own', {path: await writeNext(subordinate)}), /subordinacy/);
    await assert.rejects(model.refresh('nothing'), /application "nothing" not found/);
    assert.equal(JSON.stringify(model.state), before);
  });
});
