import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {getActionParams, getOption, parseActionArguments, readCharm, type Charm} from '#juju';
import {createModel} from '#local';

import {baseBundle, charmLibrary, getTroubles, overlay, root, settle} from '../seed/deployment.ts';
import {getBlocks, readPages} from './guide.ts';

const names = ['masakari', 'masakari-monitors', 'pacemaker-remote', 'hacluster'];

const COMMAND = /(?:^ {4}|^\$ |`)juju (?<verb>run|config) (?<rest>[^`\n]+)/gm;

/** The words after `juju run` or `juju config`, wherever one is written. */
function getCommands(verb: 'run' | 'config'): readonly (readonly string[])[] {
  return readPages()
    .flatMap(({text}) => [...text.matchAll(COMMAND)])
    .filter(({groups}) => groups?.['verb'] === verb)
    .map(({groups}) => (groups?.['rest'] ?? '').trim().split(/\s+/));
}

describe('the commands of the operator’s guide', () => {
  const charms = new Map<string, Charm>();

  before(async () => {
    for (const name of names) charms.set(name, await readCharm(`${root}charms/${name}`));
  });

  const getCharm = (application: string): Charm => {
    const charm = charms.get(application);
    assert.ok(charm, `no charm ${application}`);
    return charm;
  };

  it('run actions that there are, with the parameters that they take', () => {
    const runs = getCommands('run');
    assert.ok(runs.length > 0);
    for (const [unit = '', action = '', ...words] of runs) {
      const spec = getCharm(unit.split('/')[0] ?? '').actions[action];
      assert.ok(spec, `${unit} has no action ${action}`);
      getActionParams(spec, parseActionArguments(words.filter((word) => !word.startsWith('--'))));
    }
  });

  it('name every action of the four charms', () => {
    const text = readPages().map((page) => page.text);
    for (const [name, {actions}] of charms) {
      for (const action of Object.keys(actions)) {
        assert.ok(
          text.some((page) => new RegExp(`\\b${action}\\b`).test(page)),
          `${name} ${action}`,
        );
      }
    }
  });

  it('set options that there are', () => {
    const changes = getCommands('config');
    assert.ok(changes.length > 0);
    for (const [application = '', ...words] of changes) {
      const {config} = getCharm(application);
      for (const word of words.filter((each) => each !== '--reset')) getOption(config, word.split('=')[0] ?? '');
    }
  });

  it('deploy overlays that settle on the base with overlays/masakari.yaml', async () => {
    const overlays = readPages()
      .flatMap(getBlocks)
      .filter(({kind}) => kind === 'yaml');
    assert.ok(overlays.length > 0);
    const folder = await mkdtemp(join(tmpdir(), 'guide-'));
    try {
      for (const {lines} of overlays) {
        const site = join(folder, 'site.yaml');
        await writeFile(site, lines.join('\n'));
        const model = await createModel({seed: 1, charmLibrary});
        await model.deploy(baseBundle, {overlays: [overlay, site]});
        await settle(model);
        assert.deepEqual(getTroubles(model), {});
      }
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});
