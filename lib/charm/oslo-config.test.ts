import assert from 'node:assert/strict';

import fc from 'fast-check';

import {OsloConfigError, renderOsloConfig} from './oslo-config.ts';

/** What a service gets, by the rules of oslo.config's parser and of its substitution; no option is called like a value. */
function readBack(text: string): Record<string, Record<string, string[]>> {
  const sections: Record<string, Record<string, string[]>> = {};
  let options: Record<string, string[]> = {};
  for (const line of text.split('\n').map((raw) => raw.trimEnd())) {
    assert.doesNotMatch(line, /^[ \t]/, 'would continue the line before');
    if (line === '' || line.startsWith('#') || line.startsWith(';')) {
      continue;
    }
    if (line.startsWith('[')) {
      assert.ok(line.endsWith(']'));
      options = sections[line.slice(1, -1)] ??= {};
      continue;
    }
    const at = line.search(/[:=]/);
    assert.notEqual(at, -1);
    (options[line.slice(0, at).trim()] ??= []).push(substitute(unquote(line.slice(at + 1).trim())));
  }
  return sections;
}

function unquote(value: string): string {
  const isQuoted = (value.startsWith('"') || value.startsWith("'")) && value[0] === value.at(-1);
  return isQuoted ? value.slice(1, -1) : value;
}

function substitute(value: string): string {
  const template = value.replaceAll('\\$', () => '$$');
  return template.replace(/\$(\$|\w+|\{\w+\})/g, (found, name) => (name === '$' ? '$' : `<substituted ${found}>`));
}

const hostile = fc.string({
  unit: fc.constantFrom(...Array.from('ab"\'$\\;#=:[] {}%@/,é\u00a0\u2028\ufeff')),
  maxLength: 12,
});
const text = fc.oneof(
  hostile,
  fc.string({unit: 'grapheme'}).filter((value) => !/\p{Cc}/u.test(value)),
);

describe('rendering for oslo.config', () => {
  it('gives back every text without control characters', () => {
    fc.assert(
      fc.property(text, (value) => {
        assert.deepEqual(readBack(renderOsloConfig({DEFAULT: {option: value}})), {DEFAULT: {option: [value]}});
      }),
      {numRuns: 2000},
    );
  });

  it('gives back lists as options given several times, in order', () => {
    fc.assert(
      fc.property(fc.array(text, {minLength: 1, maxLength: 4}), (values) => {
        assert.deepEqual(readBack(renderOsloConfig({a: {x: 'y'}, b: {option: values}}))['b'], {option: values});
      }),
    );
  });

  it('writes plain values plainly', () => {
    const config = {
      DEFAULT: {debug: false, workers: 4, transport_url: 'rabbit://u:p@10.0.0.1:5672/v', absent: undefined, empty: ''},
      database: {connection: 'mysql+pymysql://u:p@10.0.0.2/masakari'},
    };
    assert.equal(
      renderOsloConfig(config),
      [
        '[DEFAULT]',
        'debug = false',
        'workers = 4',
        'transport_url = rabbit://u:p@10.0.0.1:5672/v',
        'empty = ',
        '',
        '[database]',
        'connection = mysql+pymysql://u:p@10.0.0.2/masakari',
        '',
      ].join('\n'),
    );
  });

  it('keeps what ini would cut, escape or quote', () => {
    const rendered = renderOsloConfig({DEFAULT: {a: 'x;y', b: 'x#y', c: 'k=v', d: '"quoted"', e: '"', f: '\\$x'}});
    assert.deepEqual(readBack(rendered)['DEFAULT'], {
      a: ['x;y'],
      b: ['x#y'],
      c: ['k=v'],
      d: ['"quoted"'],
      e: ['"'],
      f: ['\\$x'],
    });
  });

  it('refuses control characters, naming section and option and never the value', () => {
    const controls = Array.from({length: 33}, (_, code) => (code === 32 ? '\u007f' : String.fromCharCode(code)));
    for (const control of [...controls, '\u0085', '\ud800']) {
      assert.throws(
        () => renderOsloConfig({database: {connection: `SECRET${control}SECRET`}}),
        (error) =>
          error instanceof OsloConfigError &&
          error.message.includes('database/connection') &&
          !error.message.includes('SECRET'),
      );
    }
  });

  it('refuses names that would be read as something else', () => {
    for (const key of ['', ' a', 'a ', '#a', ';a', '[a', 'a=b', 'a:b', 'a\nb']) {
      assert.throws(() => renderOsloConfig({DEFAULT: {[key]: 'v'}}), OsloConfigError, JSON.stringify(key));
    }
    for (const section of ['', 'a]', '[a', 'a\n[b']) {
      assert.throws(() => renderOsloConfig({[section]: {a: 'v'}}), OsloConfigError, JSON.stringify(section));
    }
  });
});
