import assert from 'node:assert/strict';
import fc from 'fast-check';
import {YamlError} from '../errors.ts';
import {getJson, getJsonObject, getKey} from './access.ts';
import {parseYaml, parseYamlDocument} from './parse.ts';
import {renderYaml, renderYamlData} from './render.ts';
import type {YamlNode} from './types.ts';

/** The type and value of a scalar, as `int 8`. */
function resolve(text: string): string {
  const node = parseYamlDocument(text);
  return node.kind === 'scalar' ? `${node.type} ${String(node.value)}` : node.kind;
}

function load(text: string): unknown {
  return getJson(parseYamlDocument(text), 'test');
}

function strip(node: YamlNode): unknown {
  if (node.kind === 'scalar') return [node.type, node.value];
  if (node.kind === 'sequence') return node.items.map(strip);
  return [...node.entries].map(([key, {value}]) => [key, strip(value)]);
}

describe('reading YAML', () => {
  const scalars: readonly (readonly [string, string])[] = [
    ['yes', 'bool true'],
    ['Off', 'bool false'],
    ['n', 'bool false'],
    ["'yes'", 'string yes'],
    ['!!str yes', 'string yes'],
    ['0777', 'int 511'],
    ['0o17', 'int 15'],
    ['0x1F', 'int 31'],
    ['0b11', 'int 3'],
    ['-1_000', 'int -1000'],
    ['9007199254740993', 'int 9007199254740993'],
    ['99999999999999999999', 'float 100000000000000000000'],
    ['1.0', 'float 1'],
    ['1e3', 'float 1000'],
    ['.inf', 'float Infinity'],
    ['~', 'null null'],
    ['', 'null null'],
    ['1:20', 'string 1:20'],
    ['2019-04-13', 'string 2019-04-13'],
    ['089', 'float 89'],
    ['ubuntu@22.04', 'string ubuntu@22.04'],
  ];
  for (const [text, expected] of scalars) {
    it(`takes ${JSON.stringify(text)} for ${expected}`, () => {
      assert.equal(resolve(text), expected);
    });
  }

  it('keeps the text of scalars as written', () => {
    const texts = ['609', '0777', '1.0', 'yes'].map((text) => {
      const node = parseYamlDocument(text);
      return node.kind === 'scalar' ? node.text : '';
    });
    assert.deepEqual(texts, ['609', '0777', '1.0', 'yes']);
  });

  it('takes ints and strings as the same keys, and the last of equal ones', () => {
    const node = parseYamlDocument("0: a\n'0': b\n1: c\n");
    assert.deepEqual(getJson(node, 'test'), {0: 'b', 1: 'c'});
    assert.deepEqual(node.kind === 'mapping' ? node.duplicates.map((key) => key.line) : [], [2]);
  });

  it('merges << where keys of the mapping itself win and earlier sources win over later ones', () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b]}\nd: {"<<": kept}\n';
    assert.deepEqual(load(text), {
      a: {x: 1, y: 1},
      b: {y: 2, z: 2},
      c: {x: 1, y: 1, z: 3},
      d: {'<<': 'kept'},
    });
  });

  it('treats __proto__ and constructor as ordinary keys', () => {
    const node = parseYamlDocument('__proto__: {polluted: true}\nconstructor: 1\n');
    assert.equal(node.kind === 'mapping' ? getKey(node, 'toString') : node, undefined);
    assert.ok(node.kind === 'mapping');
    assert.deepEqual(Object.keys(getJsonObject(node, 'test')), ['__proto__', 'constructor']);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  it('splits documents and knows places', () => {
    const [first, second] = parseYaml('# one\na: 1\n---\n# two\n  b: "x"\n');
    assert.deepEqual([first?.line, second?.line, second?.column], [2, 5, 3]);
    assert.deepEqual(parseYaml('# nothing\n'), []);
  });

  const broken: readonly (readonly [string, number, number])[] = [
    ['a: 1\n b: 2\n', 2, 3],
    ['a: [1\nb: 2\n', 2, 1],
    ['a: *nothing\n', 1, 4],
    ['a: &a [*a]\n', 1, 8],
    ['? [x]\n: 1\n', 1, 3],
    ['a: !!int x\n', 1, 10],
  ];
  for (const [text, line, column] of broken) {
    it(`says where ${JSON.stringify(text)} is broken`, () => {
      assert.throws(
        () => parseYaml(text, 'f.yaml'),
        (error: unknown) =>
          error instanceof YamlError &&
          error.message.startsWith(`f.yaml:${line}:${column}: `) &&
          error.line === line &&
          error.column === column,
      );
    });
  }

  it('refuses aliases that multiply without end', () => {
    const levels = Array.from({length: 9}, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(10)}]`);
    assert.throws(() => parseYaml(`l0: &l0 [x]\n${levels.join('\n')}\n`), /excessive aliasing/u);
  });

  it('never throws anything but a YamlError', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&x',
      '*x',
      '<<',
      '!!int',
      '"',
      "'",
      '|',
      '0',
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 25}), (pieces) => {
        try {
          parseYaml(pieces.join(''));
        } catch (error) {
          assert.ok(error instanceof YamlError);
        }
      }),
    );
  });
});

describe('printing YAML', () => {
  it('gives back data of any shape', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('yes', 'n', '0777', '1.0', '~', '1_0', '<<', '', ' a', 'x\ny\n'),
    );
    const data = fc.letrec<{node: never}>((tie) => ({
      node: fc.oneof(
        {maxDepth: 3},
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        text,
        fc.array(tie('node'), {maxLength: 3}),
        fc.dictionary(text, tie('node'), {maxKeys: 3, noNullPrototype: true}),
      ) as never,
    })).node;
    fc.assert(
      fc.property(data, (value) => {
        assert.deepEqual(load(renderYamlData(value)), value);
      }),
      {numRuns: 200},
    );
  });

  it('keeps types that JSON cannot tell apart', () => {
    const tree = parseYamlDocument('a: 1.0\nb: 1\nc: "1"\nd: 0777\ne: on\nf: 9007199254740993\ng: [x, {y: }]\n');
    assert.deepEqual(strip(parseYamlDocument(renderYaml(tree))), strip(tree));
  });
});
