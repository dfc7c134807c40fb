import assert from 'node:assert/strict';

import fc from 'fast-check';

import {readArchives, renderSources, type Archive, type Distribution} from './sources.ts';

const BOOKWORM: Distribution = {id: 'debian', codename: 'bookworm', architecture: 'amd64'};
const NOBLE: Distribution = {id: 'ubuntu', codename: 'noble', architecture: 'arm64'};

const readList = (content: string, distribution = BOOKWORM): Archive[] =>
  readArchives([{path: 'sources.list', content}], distribution);
const readStanzas = (content: string, distribution = BOOKWORM): Archive[] =>
  readArchives([{path: 'a.sources', content}], distribution);

describe('the archives of a host', () => {
  it('are read from stanzas, in their order', () => {
    const content = [
      '# by hand',
      'Types: deb deb-src',
      'URIs: http://a.example/debian/ http://b.example/debian',
      'Suites: bookworm',
      '  bookworm-updates',
      'Components: main contrib',
      '',
      'types: deb',
      'uris: https://c.example/debian-security',
      'suites: bookworm-security',
      'components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
    ].join('\n');
    const pockets = {suites: ['bookworm', 'bookworm-updates'], components: ['main', 'contrib']};
    assert.deepEqual(readStanzas(content), [
      {uri: 'http://a.example/debian', ...pockets},
      {uri: 'http://b.example/debian', ...pockets},
      {uri: 'https://c.example/debian-security', suites: ['bookworm-security'], components: ['main']},
    ]);
  });

  it('are read from lines with options and comments', () => {
    const content =
      'deb [arch=arm64,armhf trusted=no] http://p.example/ports  noble  main universe # why\n#deb http://x/ noble main\n';
    assert.deepEqual(readList(content, NOBLE), [
      {uri: 'http://p.example/ports', suites: ['noble'], components: ['main', 'universe']},
    ]);
  });

  it('are those of the distribution itself only', () => {
    for (const line of [
      'deb [signed-by=/etc/apt/keyrings/them.gpg] http://third.example/debian bookworm main',
      'deb http://third.example/linux/debian bookworm stable',
      'deb http://third.example/debian bookworm-pgdg main',
      'deb http://a.example/debian trixie main',
      'deb-src http://a.example/debian bookworm main',
      'deb [arch=arm64] http://a.example/debian bookworm main',
      'deb http://a.example/flat ./',
    ]) {
      assert.deepEqual(readList(line), [], line);
    }
    assert.deepEqual(
      readStanzas('Enabled: no\nTypes: deb\nURIs: http://a.example/debian\nSuites: bookworm\nComponents: main\n'),
      [],
    );
  });

  it('are each named once', () => {
    assert.equal(readList('deb http://a.example/debian bookworm main\n'.repeat(2)).length, 1);
  });

  it('reach machines in both formats with the address of the archive server, and nothing of the mirror', () => {
    const word = fc.stringMatching(/^[a-z]{3,8}$/);
    const archive = fc.record({
      uri: fc.tuple(word, word).map(([host, path]) => `https://${host}.mirror/${path}`),
      suites: fc.uniqueArray(fc.constantFrom('bookworm', 'bookworm-updates', 'bookworm-security'), {minLength: 1}),
      components: fc.uniqueArray(fc.constantFrom('main', 'contrib', 'non-free'), {minLength: 1}),
    });
    fc.assert(
      fc.property(fc.uniqueArray(archive, {selector: ({uri}) => uri}), (archives) => {
        const rendered = renderSources(archives, 'http://10.0.0.1:3142', BOOKWORM);
        assert.ok(!rendered.includes('mirror'));
        assert.deepEqual(
          readStanzas(rendered),
          archives.map((one, index) => ({...one, uri: `http://10.0.0.1:3142/${index}`})),
        );
      }),
    );
  });
});
