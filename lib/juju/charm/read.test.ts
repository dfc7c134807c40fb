import assert from 'node:assert/strict';
import {mkdtemp, mkdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {writeCharmArchive} from '../archive/write.ts';
import {CharmError} from '../errors.ts';
import {getPlatforms, splitCharmcraft} from './charmcraft.ts';
import {readCharm} from './read.ts';
import type {Charm} from './types.ts';

const project = `
name: hacluster
title: HA cluster
type: charm
summary: Clusters
description: |
  Long.
  Two lines.
subordinate: true
base: ubuntu@22.04
platforms: {amd64: , arm64: {build-on: [amd64], build-for: [arm64]}}
parts: {charm: {plugin: nil}}
requires: {juju-info: {interface: juju-info, scope: container}}
peers: {hanode: {interface: hacluster}}
config:
  options:
    multiplier: {type: float, default: 1.0, description: A float}
    debug: {type: boolean, default: no, description: A flag}
actions: {pause: {description: Pause}}
`;

async function write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), {recursive: true});
    await writeFile(join(folder, path), content);
  }
}

describe('reading a charm', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-charm-'));
  });
  afterEach(async () => {
    await rm(folder, {recursive: true});
  });

  const same = (charm: Charm): unknown => ({...charm, path: '', kind: ''});

  it('gives the same from sources, a folder and an archive', async () => {
    const split = splitCharmcraft(project);
    const files = {
      'metadata.yaml': split.metadata,
      'config.yaml': split.config ?? '',
      'actions.yaml': split.actions ?? '',
      'manifest.yaml': split.manifest,
    };
    const members = Object.entries(files).map(([path, text]) => ({path, mode: 0o644, content: Buffer.from(text)}));
    const archive = writeCharmArchive(members);
    await write(folder, {'src/charmcraft.yaml': project, 'x.charm': archive});
    await write(join(folder, 'dir'), files);
    const charms = await Promise.all(['src', 'dir', 'x.charm'].map((path) => readCharm(join(folder, path))));
    assert.deepEqual(
      charms.map((charm) => charm.kind),
      ['source', 'directory', 'archive'],
    );
    const [first, ...others] = charms;
    assert.ok(first);
    for (const other of others) assert.deepEqual(same(other), same(first));
    assert.deepEqual(first.manifest.bases, [
      {name: 'ubuntu', channel: '22.04/stable', architectures: ['amd64', 'arm64']},
    ]);
    assert.equal(first.config['multiplier']?.default, 1);
    assert.equal(first.config['debug']?.default, false);
    assert.equal(first.metadata.description, 'Long.\nTwo lines.\n');
  });

  it('reads revision and version', async () => {
    await write(folder, {
      'metadata.yaml': 'name: x\nsummary: s\ndescription: d\n',
      revision: '7\n',
      version: 'revision-id: abc-dirty\nmore\n',
    });
    const charm = await readCharm(folder);
    assert.deepEqual([charm.revision, charm.version], [7, 'abc-dirty']);
  });

  it('names the charm and one reason when it cannot', async () => {
    await write(folder, {
      'bad.charm': 'hello',
      'empty.charm': writeCharmArchive([]),
      'odd/metadata.yaml': 'name: x\nsummary: s\ndescription: d\n',
      'odd/revision': 'seven',
      'yaml/metadata.yaml': 'name: [\n',
    });
    const fails = async (path: string, message: RegExp): Promise<void> => {
      await assert.rejects(
        readCharm(join(folder, path)),
        (error: unknown) =>
          error instanceof CharmError && message.test(error.message) && error.path === join(folder, path),
      );
    };
    await fails('nowhere', /^charm not found at /u);
    await fails('bad.charm', /^archive is damaged: it has no directory/u);
    await fails('empty.charm', /^archive file "metadata.yaml" not found$/u);
    await fails('odd', /^invalid revision file$/u);
    await fails('yaml', /yaml\/metadata\.yaml:2:1: /u);
    await fails('', /^reading "metadata.yaml" file: /u);
  });

  it('refuses metadata and manifest of different formats', async () => {
    const about = 'name: x\nsummary: s\ndescription: d\n';
    await write(folder, {
      'metadata.yaml': `${about}series: [focal]\n`,
      'manifest.yaml': 'bases: [{name: ubuntu, channel: "20.04"}]\n',
    });
    await assert.rejects(readCharm(folder), {message: 'metadata v2 manifest.yaml with series slice not valid'});
    await write(folder, {'metadata.yaml': `${about}min-juju-version: 2.9.0\n`});
    await assert.rejects(readCharm(folder), {message: 'min-juju-version in metadata v2 not valid'});
  });
});

describe('splitting charmcraft.yaml', () => {
  it('names a platform for each base and architecture', () => {
    const names = (text: string): string[] => getPlatforms(text).map((platform) => platform.name);
    assert.deepEqual(names(project), ['ubuntu-22.04-amd64', 'ubuntu-22.04-arm64']);
    assert.deepEqual(names('platforms: {ubuntu@22.04:amd64: , ubuntu@24.04:amd64: }'), [
      'ubuntu-22.04-amd64',
      'ubuntu-24.04-amd64',
    ]);
    assert.deepEqual(
      names('bases: [{build-on: [], run-on: [{name: ubuntu, channel: "22.04", architectures: [s390x]}]}]'),
      ['ubuntu-22.04-s390x'],
    );
    assert.deepEqual(names('bases: [{name: ubuntu, channel: "24.04"}]'), ['ubuntu-24.04-amd64']);
    assert.throws(() => names('platforms: {amd64: }'), CharmError);
    assert.throws(() => names('name: x'), CharmError);
  });

  it('writes a manifest for one platform', () => {
    const [, arm] = getPlatforms(project);
    assert.equal(
      splitCharmcraft(project, arm).manifest,
      'bases:\n- name: ubuntu\n  channel: "22.04"\n  architectures:\n  - arm64\n',
    );
  });

  it('keeps what is not for Juju out of metadata.yaml', () => {
    const {metadata} = splitCharmcraft(project);
    assert.match(metadata, /^display-name: HA cluster$/mu);
    assert.doesNotMatch(metadata, /parts|platforms|base:|options|type:/u);
  });
});
