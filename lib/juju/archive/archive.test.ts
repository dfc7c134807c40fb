import assert from 'node:assert/strict';
import fc from 'fast-check';
import {ArchiveError} from '../errors.ts';
import {openCharmArchive, readCharmArchive} from './read.ts';
import type {ArchiveEntry, ArchiveInput} from './types.ts';
import {deflateContent, writeCharmArchive} from './write.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const file = (path: string, content = path, mode = 0o644): ArchiveEntry => ({
  path,
  kind: 'file',
  mode,
  content: text(content),
});
const link = (path: string, target: string): ArchiveEntry => ({
  path,
  kind: 'symlink',
  mode: 0o777,
  content: text(target),
});

/** Replaces bytes of an archive everywhere they occur: directory and local header hold the same names. */
function replaceBytes(bytes: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(from, to), 'latin1');
}

const part = fc.string({unit: fc.constantFrom('a', 'b', 'é', '.x', '-'), minLength: 1, maxLength: 4});
const path = fc.array(part, {minLength: 1, maxLength: 3}).map((parts) => parts.join('/'));
const entries = fc
  .uniqueArray(fc.tuple(path, fc.uint8Array({maxLength: 300}), fc.constantFrom(0o644, 0o755, 0o600)), {
    selector: ([name]) => name,
    maxLength: 6,
  })
  .map((all) => all.filter(([name]) => !all.some(([other]) => other.startsWith(`${name}/`))))
  .map((all) => all.map(([name, content, mode]): ArchiveEntry => ({path: name, kind: 'file', mode, content})));

describe('a charm archive', () => {
  it('gives back what was written, sorted by path', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const back = readCharmArchive(writeCharmArchive(all));
        const sorted = [...all].sort((a, b) => (a.path < b.path ? -1 : 1));
        assert.deepEqual(
          back.map((entry) => ({...entry, content: [...entry.content]})),
          sorted.map((entry) => ({...entry, content: [...entry.content]})),
        );
      }),
    );
  });

  it('is the same bytes in whatever order members are given', () => {
    fc.assert(
      fc.property(entries, (all) => {
        assert.deepEqual(writeCharmArchive(all), writeCharmArchive(all.toReversed()));
      }),
    );
  });

  it('keeps folders, symlinks and modes', () => {
    const all = [file('bin/node', 'x', 0o755), link('hooks/start', '../dispatch'), file('dispatch', 'y', 0o755)];
    const folder: ArchiveEntry = {path: 'hooks', kind: 'directory', mode: 0o755, content: new Uint8Array()};
    const back = readCharmArchive(writeCharmArchive([...all, folder]));
    assert.deepEqual(
      back.map(({path: name, kind, mode}) => [name, kind, mode.toString(8)]),
      [
        ['bin/node', 'file', '755'],
        ['dispatch', 'file', '755'],
        ['hooks', 'directory', '755'],
        ['hooks/start', 'symlink', '777'],
      ],
    );
  });

  it('takes content compressed before as if it were given plain', () => {
    const content = text('a runtime '.repeat(1000));
    const deflated: ArchiveInput = {path: 'node', mode: 0o755, deflated: deflateContent(content)};
    assert.deepEqual(writeCharmArchive([deflated]), writeCharmArchive([{path: 'node', mode: 0o755, content}]));
  });

  const refused: readonly (readonly [string, readonly ArchiveEntry[], string])[] = [
    ['an absolute symlink', [link('a', '/x')], 'symlink "a" is absolute: "/x"'],
    ['a symlink that leads out', [link('a', '../..')], 'symlink "a" links out of charm: "../.."'],
    [
      'a symlink that leads out on its way',
      [link('a/b', '../../a/c')],
      'symlink "a/b" links out of charm: "../../a/c"',
    ],
    ['a path that leads out', [file('../x')], 'path "../x" leads out of charm'],
    ['an absolute path', [file('/x')], 'path "/x" is not relative'],
    ['a path given twice', [file('x'), file('x')], 'archive holds "x" more than once'],
    ['a path below a symlink', [link('a', 'b'), file('a/x')], 'path "a/x" lies below "a", which is a symlink'],
  ];
  for (const [what, all, message] of refused) {
    it(`cannot be written with ${what}`, () => {
      assert.throws(() => writeCharmArchive(all), {name: 'ArchiveError', message});
    });
  }

  it('is refused with a path or symlink that leads out of it', () => {
    const path_ = replaceBytes(writeCharmArchive([file('aa/bb')]), 'aa/bb', '../bb');
    assert.throws(() => openCharmArchive(path_), {message: 'path "../bb" leads out of charm'});
    const good = writeCharmArchive([link('a', 'etc/b')]);
    assert.throws(() => openCharmArchive(replaceBytes(good, 'etc/b', '/etc/')), ArchiveError);
  });

  it('is refused when it promises more than any charm or unpacks to more than it promises', () => {
    const bomb = writeCharmArchive([{path: 'x', mode: 0o644, content: new Uint8Array(100_000)}]);
    const entry = Buffer.from(bomb).indexOf('PK\u0001\u0002');
    const small = Buffer.from(bomb);
    small.writeUInt32LE(10, entry + 24);
    assert.throws(() => readCharmArchive(small), {
      message: 'archive is damaged: the content of "x" cannot be unpacked',
    });
    const large = Buffer.from(bomb);
    large.writeUInt32LE(0xfffffff0, entry + 24);
    assert.throws(() => openCharmArchive(large), /^ArchiveError: archive would unpack to/u);
  });

  it('gives an ArchiveError or sound content for any damage', () => {
    const all = [file('metadata.yaml', 'name: x\n'.repeat(20)), file('b'), link('c', 'b')];
    const good = writeCharmArchive(all);
    const contents = new Set(readCharmArchive(good).map((entry) => Buffer.from(entry.content).toString()));
    const at = fc.nat({max: good.length - 1});
    fc.assert(
      fc.property(at, fc.nat({max: 255}), fc.boolean(), (index, byte, cut) => {
        const bad = cut ? good.slice(0, index) : good.with(index, byte);
        try {
          for (const entry of readCharmArchive(bad)) assert.ok(contents.has(Buffer.from(entry.content).toString()));
        } catch (error) {
          assert.ok(error instanceof ArchiveError, String(error));
        }
      }),
      {numRuns: 500},
    );
  });

  it('says that something else is no archive', () => {
    assert.throws(() => openCharmArchive(text('hello')), {
      message: 'archive is damaged: it has no directory (is it a zip file?)',
    });
  });
});
