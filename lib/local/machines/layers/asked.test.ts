import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import fc from 'fast-check';

import {createAskedStore, readAskedPackages} from './asked.ts';

const stanza = (command: string): string =>
  `\nStart-Date: 2026-01-01  00:00:00\nCommandline: ${command}\nInstall: a:amd64 (1), dragged-in:amd64 (2, automatic)\nEnd-Date: 2026-01-01  00:00:09\n`;
const read = (...commands: string[]): readonly string[] => readAskedPackages(commands.map(stanza).join('')).packages;

describe('what was asked of apt-get', () => {
  it('is each name behind install, without versions, releases, and what came along', () => {
    assert.deepEqual(
      read(
        'apt-get --assume-yes --option=Dpkg::Options::=--force-confold install crmsh corosync=3.1.7-1 g++',
        '/usr/bin/apt-get install -y -o Dpkg::Options::=--force-confnew -t bookworm-backports pacemaker/stable libc6:arm64',
        'apt install --target-release stable -- crmsh',
      ),
      ['corosync', 'crmsh', 'g++', 'libc6:arm64', 'pacemaker'],
    );
  });

  it('is nothing of other verbs and programs, of what is removed, of files and patterns', () => {
    assert.deepEqual(
      read(
        'apt-get remove a-package',
        'apt-get -y dist-upgrade',
        '/usr/bin/unattended-upgrade',
        'aptitude install b-package',
      ),
      [],
    );
    assert.deepEqual(read('apt-get install gone- ./local.deb ~nfoo kept -qq'), ['kept']);
  });

  it('is read on from where the last reading ended, and a stanza that is still written waits', () => {
    const first = stanza('apt-get install one');
    const half = '\nStart-Date: x\nCommandline: apt-get install two\n';
    const begun = readAskedPackages(first + half);
    assert.deepEqual(begun, {packages: ['one'], end: first.length});
    const whole = first + stanza('apt-get install two');
    assert.deepEqual(readAskedPackages(whole, begun.end), {packages: ['two'], end: whole.length});
    assert.deepEqual(readAskedPackages(first, whole.length).packages, ['one']);
  });

  it('is found whatever options stand between the names', () => {
    const option = fc.constantFrom(
      '-y',
      '-qq',
      '--no-install-recommends',
      '-o Foo::Bar=x',
      '-yo Foo=x',
      '-oFoo=x',
      '--option Foo=x',
      '-t stable',
    );
    const name = fc.stringMatching(/^[a-z][a-z0-9.+]{1,10}$/);
    const words = fc.array(
      fc.oneof(
        option,
        name.map((text) => ({text})),
        name.map((text) => ({text, pin: '=1:2~3'})),
      ),
    );
    fc.assert(
      fc.property(fc.array(words), fc.array(option), (commands, before) => {
        const lines = commands.map((parts) =>
          [
            'apt-get',
            ...before,
            'install',
            ...parts.map((part) => (typeof part === 'string' ? part : part.text + ('pin' in part ? part.pin : ''))),
          ].join(' '),
        );
        const names = commands.flat().flatMap((part) => (typeof part === 'string' ? [] : [part.text]));
        assert.deepEqual(read(...lines), [...new Set(names)].sort());
      }),
    );
  });
});

describe('what is remembered of charms', () => {
  it('is sorted, each once, and null of a charm that is not known', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'asked-'));
    try {
      const store = createAskedStore(folder);
      assert.equal(await store.get('abc'), null);
      await store.set('abc', ['b', 'a', 'b']);
      assert.deepEqual(await store.get('abc'), ['a', 'b']);
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});
