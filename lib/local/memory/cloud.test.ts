import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import type {Charm} from '#charm';

import {createModel} from '../create-model.ts';

describe('the memory cloud', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-local-charms-'));
    await mkdir(join(folder, 'own', 'src'), {recursive: true});
    const platforms = 'base: ubuntu@22.04\nplatforms: {amd64: }\n';
    await writeFile(
      join(folder, 'own', 'charmcraft.yaml'),
      `name: own\ntype: charm\nsummary: s\ndescription: d\n${platforms}`,
    );
    await writeFile(join(folder, 'own', 'src', 'charm.mjs'), '');
  });

  after(() => rm(folder, {recursive: true, force: true}));

  it('tells people which packages it does not know, and the charm what apt says', async () => {
    const errors: string[] = [];
    const own: Charm = {
      endpoints: [],
      actions: [],
      run: async ({environment, host}) => {
        if (environment['JUJU_DISPATCH_PATH'] !== 'hooks/install') return 0;
        const args = ['install', '--assume-yes', '--option', 'dpkg::options::=--force-confold', 'corosync', 'nginx'];
        const {exitCode, stderr} = await host.processes.run('apt-get', args);
        errors.push(stderr);
        return exitCode;
      },
    };
    const model = await createModel({charmLibrary: [folder], programs: {own}});
    await model.deploy('own');
    assert.deepEqual((await model.settle()).failed, ['own/0']);
    assert.deepEqual(errors, ['E: Unable to locate package nginx\n']);
    const warnings = model.state.log.filter(({level}) => level === 'WARNING');
    assert.deepEqual(
      warnings.map(({entity, message}) => [entity, message]),
      [['unit-own-0', 'the memory cloud does not know the package nginx; see lib/local/README.md']],
    );
  });
});
