import assert from 'node:assert/strict';

import {getProxy, readAptSettings, renderTakenOver} from './apt-settings.ts';
import {readCredentials} from './credentials.ts';
import {describeFailure, LayerError} from './failures.ts';
import {readDistribution} from './host-archives.ts';
import {readInstalledVersions} from './layer-record.ts';

describe("the host's way to its archives", () => {
  const target = new URL('https://a.example/debian');

  it('is the proxy that apt would take: of the host, of the protocol, of the environment, or none', () => {
    const get = (dump: string, environment = {}): string | undefined =>
      getProxy(readAptSettings(dump), environment, target)?.href;
    assert.equal(get('Acquire::http::Proxy "http://p:1";'), 'http://p:1/');
    assert.equal(get('Acquire::https::Proxy "http://q:2";\nAcquire::http::Proxy "http://p:1";'), 'http://q:2/');
    assert.equal(get('Acquire::http::Proxy "http://p:1";\nAcquire::https::proxy::a.example "DIRECT";'), undefined);
    assert.equal(get('', {https_proxy: 'http://e:3'}), 'http://e:3/');
    assert.equal(get('', {https_proxy: 'http://e:3', no_proxy: 'b.example, .example'}), undefined);
    assert.equal(get(''), undefined);
  });

  it('has credentials only for the machine and the path they are for, and not over plain http', () => {
    const get = readCredentials([
      '# none\nmachine a.example/debian login me password secret\nmachine http://b.example login you password other',
    ]);
    assert.equal(get(new URL('https://a.example/debian/x')), 'me:secret');
    assert.equal(get(new URL('http://a.example/debian/x')), null);
    assert.equal(get(new URL('https://a.example/ubuntu')), null);
    assert.equal(get(new URL('http://b.example/y')), 'you:other');
  });

  it('gives machines the settings without which its archives are refused, and no others', () => {
    const settings = readAptSettings('Acquire::Check-Valid-Until "false";\nAcquire::http::Proxy "http://me:pw@p";');
    assert.equal(renderTakenOver(settings), 'Acquire::Check-Valid-Until "false";\n');
  });
});

describe('the distribution of a host', () => {
  it('is Debian or Ubuntu with the name of its release', () => {
    assert.deepEqual(readDistribution('ID=ubuntu\nVERSION_CODENAME="noble"\n', 'arm64'), {
      id: 'ubuntu',
      codename: 'noble',
      architecture: 'arm64',
    });
    assert.equal(readDistribution('ID=debian\n', 'x64'), null);
    assert.equal(readDistribution('', 'x64'), null);
  });
});

describe('the reason why a layer was not built', () => {
  it('names the package that is unknown, or says that packages exclude each other: machines can do without', () => {
    const unknown = describeFailure('x', 'Reading...\nE: Unable to locate package nonesuch\n');
    assert.ok(unknown instanceof LayerError);
    assert.match(unknown.message, /no package nonesuch$/);
    assert.ok(describeFailure('x', "E: Package 'foo' has no installation candidate") instanceof LayerError);
    assert.ok(describeFailure('x', 'The following packages have unmet dependencies:') instanceof LayerError);
  });

  it('tells a full disk and archives that do not answer, which are no fault of the packages', () => {
    for (const [output, reason] of [
      ['dpkg: error: cannot copy: No space left on device\nE: Unable to locate package x', /disk .* full/],
      ['E: Failed to fetch http://10.0.0.1:3142/0/pool/x.deb  502  the archive cannot be reached', /do not answer/],
      ['a\nb\nE: something new\n', /: E: something new$/],
      ['', /no reason/],
    ] as const) {
      const error = describeFailure('x', output);
      assert.ok(!(error instanceof LayerError));
      assert.match(error.message, reason);
      assert.ok(!error.message.includes('\n'));
    }
  });
});

describe("dpkg's status file", () => {
  it('gives the versions of what is installed, not of what was', () => {
    const stanza = (name: string, state: string): string =>
      `Package: ${name}\nStatus: install ok ${state}\nVersion: 1:${name}\n`;
    assert.deepEqual(readInstalledVersions([stanza('a', 'installed'), stanza('b', 'config-files')].join('\n')), {
      a: '1:a',
    });
  });
});
