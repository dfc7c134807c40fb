import assert from 'node:assert/strict';
import fc from 'fast-check';

import {parseYaml, YamlError} from '#juju';
import {PackError} from './errors.ts';
import {renderPackedOverlay} from './overlays.ts';

const charms = ['masakari', 'hacluster'];

describe('An overlay for a real Juju', () => {
  it('names the archive for the application’s base in place of a source folder, and is else unchanged', () => {
    const text = [
      '# kept',
      'applications:',
      '  one: {charm: ../charms/masakari, base: ubuntu@24.04/stable}',
      '  two:',
      '    charm: "../charms/hacluster"  # ../charms/hacluster stays here',
      '  three:',
      '    charm: mysql',
      '',
    ].join('\n');
    assert.equal(
      renderPackedOverlay(text, 'overlay.yaml', charms),
      text
        .replace('../charms/masakari', './masakari_ubuntu-24.04-amd64.charm')
        .replace('../charms/hacluster', './hacluster_ubuntu-22.04-amd64.charm'),
    );
  });

  it('takes the default base of the bundle where the application names none', () => {
    const text = 'default-base: ubuntu@24.04\napplications: {a: {charm: ../charms/masakari}}\n';
    assert.match(renderPackedOverlay(text, 'overlay.yaml', charms) ?? '', /masakari_ubuntu-24\.04-amd64/);
  });

  it('is not made of one that names no source folder', () => {
    assert.equal(
      renderPackedOverlay('applications:\n  a:\n    charm: cs:~user/masakari-12\n', 'old.yaml', charms),
      null,
    );
    assert.equal(renderPackedOverlay('', 'empty.yaml', charms), null);
  });

  it('is refused with its place when a charm is not there or it is not YAML', () => {
    const text = 'applications:\n  a:\n    charm: ../charms/nova\n';
    const message = 'overlays/a.yaml:3:12: charm "../charms/nova" not found; there are: masakari, hacluster';
    assert.throws(() => renderPackedOverlay(text, 'overlays/a.yaml', charms), new PackError(message));
    assert.throws(() => renderPackedOverlay('a: [', 'overlays/a.yaml', charms), YamlError);
  });

  it('leaves every other line as it is, whatever the applications are called', () => {
    const name = fc.stringMatching(/^[a-z][a-z]{0,8}$/);
    const application = fc.record({
      charm: fc.constantFrom('../charms/masakari', 'mysql', '../charms/hacluster'),
      note: name,
    });
    fc.assert(
      fc.property(fc.dictionary(name, application, {minKeys: 1}), (applications) => {
        const blocks = Object.entries(applications).map(
          ([key, {charm, note}]) => `  ${key}:\n    charm: ${charm}  # ${note}\n`,
        );
        const text = `applications:\n${blocks.join('')}`;
        const packed = renderPackedOverlay(text, 'overlay.yaml', charms) ?? text;
        assert.equal(packed.replace(/\.\/(\w+)_ubuntu-22\.04-amd64\.charm/g, '../charms/$1'), text);
        assert.ok(!packed.includes('../charms/'));
        assert.doesNotThrow(() => parseYaml(packed));
      }),
    );
  });
});
