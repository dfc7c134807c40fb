import assert from 'node:assert/strict';
import {mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';

import {putCharm} from './charm-folder.ts';
import {CONTROLLER, killProcesses} from './controller-processes.ts';
import {getDataFolder, getTroubles, JujuModel} from './juju.ts';
import {waitFor} from './waiting.ts';

/** A charm with a package that no other has. */
const BUILDER: Readonly<Record<string, string>> = {
  'metadata.yaml': 'name: builder\nsummary: x\ndescription: x\n',
  'hooks/install':
    '#!/bin/bash\nset -e\ncommand -v figlet && juju-log "figlet was there"\n' +
    'apt-get update -q\napt-get install -qy figlet\n',
  'hooks/start': '#!/bin/bash\nstatus-set active "figlet $(figlet -I1)"\n',
};

/** What its patch writes: that for the version which is installed, whenever it ran. */
const PATCHED = /^(\.\/figlet_(?!0\.1)\S+\n)+$/;

describe('a layer that a deployment builds', () => {
  const juju = new JujuModel(`tests-layers-${process.pid.toString(36)}`, 'one');
  const layers = join(getDataFolder(), 'layers');
  let work = '';
  let charm = '';
  let patched = '';

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'charms-'));
    charm = await putCharm(work, 'builder', BUILDER);
    await mkdir(join(work, 'patches'));
    await juju.create(`package-patches=${join(work, 'patches')}`);
    // What it asks for is learned from the first one.
    await juju.must('deploy', '-m', juju.name, charm, 'first');
    const version = await juju.exec('first/0', 'dpkg-query', '-W', '-f', '${Version}', 'figlet');
    for (const name of [version, '0.1']) {
      await writeFile(join(work, 'patches', `figlet_${name}`), 'echo "$0" >> /etc/patched\n');
    }
    await juju.exec('first/0', 'apt-get', 'install', '-qy', '--reinstall', 'figlet');
    patched = await juju.exec('first/0', 'cat', '/etc/patched');
    await juju.must('remove-application', '-m', juju.name, 'first');
  });

  beforeEach(async () => {
    for (const place of await findLayers()) await rm(place, {recursive: true});
    await killController();
  });

  after(async () => {
    await juju.destroy();
    await rm(work, {recursive: true, force: true});
  });

  const killController = (): Promise<number> => killProcesses(juju.controller, CONTROLLER);

  const findLayers = async (): Promise<readonly string[]> => {
    const places = (await readdir(layers)).map((name) => join(layers, name));
    const records = await Promise.all(
      places.map((place) => readFile(join(place, 'layer.json'), 'utf8').catch(() => '')),
    );
    return places.filter((_place, index) => records[index]?.includes('"asked":["figlet"]') === true);
  };

  /** Begins to deploy, does something while the layer is built, and stops waiting; in the end the machine stands on the layer. */
  const deploy = async (name: string, meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<void> => {
    const deploying = juju.follow('deploy', '-m', juju.name, charm, name);
    await waitFor('a layer', () => {
      if (deploying.getText().includes('building a layer with figlet')) return Promise.resolve(true);
      throw new Error(deploying.getText());
    });
    await meanwhile();
    deploying.process.kill('SIGINT');
    await deploying.process.ended;
    await juju.must('config', '-m', juju.name, name, 'trust=false');
    await waitFor('the unit', async () => Object.keys(getTroubles(await juju.readStatus())).length === 0);
    const log = await juju.must('debug-log', '-m', juju.name, '--replay', '--include', `unit-${name}-0`);
    assert.match(log, /figlet was there/);
    assert.match(await juju.exec(`${name}/0`, 'cat', '/etc/patched'), PATCHED);
    await juju.must('remove-application', '-m', juju.name, name);
  };

  it('is of packages that are mended on every machine, if it is just that version', () => {
    assert.match(patched, PATCHED);
  });

  it('is built to its end when its user stops waiting', () => deploy('stopped'));

  it('is built again when its controller was killed meanwhile, and nothing of the first stays', async () => {
    await deploy('killed', killController);
    const [layer = ''] = await findLayers();
    const names = await readdir(layers);
    assert.deepEqual(
      names.filter((name) => name.startsWith(`${basename(layer)}.`)),
      [],
    );
  });

  it('is built again when it is found damaged', async () => {
    await deploy('sound');
    const [layer = ''] = await findLayers();
    await truncate(join(layer, 'root/usr/bin/figlet-figlet'), 1);
    await killController();
    await deploy('damaged');
  });
});
