import assert from 'node:assert/strict';

import fc from 'fast-check';

import {getArchive, getUpstreamVersion, parseOrigin, type Archive} from './origin.ts';

const jammy = {id: 'ubuntu', version: '22.04'};
const get = (text: string, os = jammy): Archive => {
  const origin = parseOrigin(text);
  assert.ok(origin !== null, text);
  return getArchive(origin, os);
};

describe('openstack-origin', () => {
  it('is read in all its forms', () => {
    assert.deepEqual(parseOrigin('distro'), {kind: 'distro'});
    assert.deepEqual(parseOrigin(''), {kind: 'distro'});
    assert.deepEqual(parseOrigin('cloud:bionic-rocky/proposed'), {
      kind: 'cloud',
      series: 'bionic',
      release: 'rocky',
      pocket: 'proposed',
    });
    assert.deepEqual(parseOrigin('cloud:noble-epoxy'), {
      kind: 'cloud',
      series: 'noble',
      release: 'epoxy',
      pocket: 'updates',
    });
    assert.deepEqual(parseOrigin('ppa:some-owner/some.name'), {kind: 'ppa', owner: 'some-owner', name: 'some.name'});
    const line = 'deb [signed-by=/usr/share/keyrings/x.gpg] http://example.org/ubuntu jammy main';
    assert.deepEqual(parseOrigin(line), {kind: 'deb', line});
  });

  it('is refused in any other form', () => {
    for (const text of [
      'caracal',
      'cloud:jammy',
      'cloud:jammy-rocky',
      'cloud:warty-yoga',
      'cloud:jammy-zed/other',
      'ppa:x',
      'deb x',
      'deb http://a b\nc',
    ]) {
      assert.equal(parseOrigin(text), null, text);
    }
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), (text) => {
        const origin = parseOrigin(text);
        assert.ok(origin === null || origin.kind !== 'deb' || !origin.line.includes('\n'));
      }),
    );
  });

  it('becomes a source on the series it is for, nothing where that has the release itself, a remark elsewhere', () => {
    const path = '/etc/apt/sources.list.d/openstack-origin.list';
    const archive = 'deb http://ubuntu-cloud.archive.canonical.com/ubuntu';
    assert.deepEqual(get('cloud:jammy-caracal'), {
      kind: 'source',
      file: {path, content: `${archive} jammy-updates/caracal main\n`},
      keyring: 'ubuntu-cloud-keyring',
    });
    assert.deepEqual(get('cloud:jammy-yoga'), {kind: 'own'});
    assert.deepEqual(get('distro'), {kind: 'own'});
    assert.deepEqual(get('cloud:bionic-rocky/proposed'), {
      kind: 'own',
      remark: 'openstack-origin is for bionic, the release of ubuntu 22.04 is used',
    });
    assert.equal(get('cloud:jammy-caracal', {id: 'debian', version: '12'}).kind, 'own');
    assert.deepEqual(get('deb http://example.org/ubuntu jammy main'), {
      kind: 'source',
      file: {path, content: 'deb http://example.org/ubuntu jammy main\n', mode: 0o600},
    });
    assert.equal(get('ppa:a/b').kind, 'unusable');
  });

  it('gives versions without epoch and Debian revision', () => {
    assert.equal(getUpstreamVersion('1:14.0.0~rc1-0ubuntu1'), '14.0.0~rc1');
    assert.equal(getUpstreamVersion('12.0.0'), '12.0.0');
  });
});
