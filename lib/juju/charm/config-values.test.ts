import assert from 'node:assert/strict';
import {ConfigError} from '../errors.ts';
import {parseYamlDocument} from '../yaml/parse.ts';
import {parseConfigFile} from './config-file.ts';
import {coerceText, coerceTexts, coerceYamlValue, getDefaults} from './config-values.ts';
import {parseConfig} from './config.ts';
import type {ConfigType} from './types.ts';

const option = (type: ConfigType): {name: string; type: ConfigType; description: string} => ({
  name: 'x',
  type,
  description: '',
});
const yaml = (type: ConfigType, text: string): unknown => coerceYamlValue(option(type), parseYamlDocument(text));

describe('option values from YAML', () => {
  const good: readonly (readonly [ConfigType, string, unknown])[] = [
    ['string', '"5"', '5'],
    ['string', '""', ''],
    ['int', '5', 5],
    ['int', '"0x10"', 16],
    ['float', '1.0', 1],
    ['float', '"1"', 1],
    ['boolean', 'yes', true],
    ['boolean', '"f"', false],
    ['secret', 'secret:abc', 'secret:abc'],
    ['secret', '""', ''],
    ['int', '~', null],
  ];
  for (const [type, text, expected] of good) {
    it(`reads ${text} as ${type}`, () => {
      assert.equal(yaml(type, text), expected);
    });
  }

  const bad: readonly (readonly [ConfigType, string, string])[] = [
    ['string', 'false', 'option "x" expected string, got false'],
    ['string', '123', 'option "x" expected string, got 123'],
    ['int', '1.5', 'option "x" expected int, got 1.5'],
    ['int', '"a"', 'option "x" expected int, got "a"'],
    ['float', '1', 'option "x" expected float, got 1'],
    ['boolean', '1', 'option "x" expected boolean, got 1'],
    ['boolean', '"yes"', 'option "x" expected boolean, got "yes"'],
    ['secret', 'abc', 'option "x" expected secret, got "abc"'],
    ['string', '[a]', 'option "x" expected string, got []interface {}{"a"}'],
  ];
  for (const [type, text, message] of bad) {
    it(`refuses ${text} as ${type}`, () => {
      assert.throws(() => yaml(type, text), {name: 'ConfigError', message, option: 'x'});
    });
  }

  it('refuses ints that would change', () => {
    assert.equal(yaml('int', '9007199254740991'), Number.MAX_SAFE_INTEGER);
    assert.throws(() => yaml('int', '9007199254740993'), /expected int, got 9007199254740993/u);
    assert.throws(() => coerceText(option('int'), '-9007199254740993'), ConfigError);
  });
});

describe('option values from the command line', () => {
  it('are parsed by type', () => {
    const options = parseConfig('options: {i: {type: int}, f: {type: float}, b: {type: boolean}, s: {}}');
    assert.deepEqual(coerceTexts(options, {i: '-5', f: '1', b: 'T', s: ''}), {i: -5, f: 1, b: true, s: ''});
    assert.throws(() => coerceTexts(options, {zz: '1'}), {message: 'unknown option "zz"'});
    assert.throws(() => coerceTexts(options, {constructor: '1'}), {message: 'unknown option "constructor"'});
  });

  it('must suit the type, an empty text only a string', () => {
    assert.throws(() => coerceText(option('int'), ''), {message: 'option "x" expected int, got ""'});
    assert.throws(() => coerceText(option('int'), '0x10'), {message: 'option "x" expected int, got "0x10"'});
    assert.throws(() => coerceText(option('boolean'), 'yes'), {message: 'option "x" expected boolean, got "yes"'});
  });
});

describe('a config file', () => {
  const options = parseConfig('options: {i: {type: int}, s: {}}');

  it('gives one application its settings', () => {
    assert.deepEqual(parseConfigFile('app: {i: "5", s: x}\nother: {i: no}', 'app', options), {i: 5, s: 'x'});
    assert.deepEqual(parseConfigFile('app: {i: }', 'app', options), {i: null});
  });

  it('is refused in one line', () => {
    assert.throws(() => parseConfigFile('b: {}', 'app', options), {message: 'no settings found for "app"'});
    assert.throws(() => parseConfigFile('app: {z: 1}', 'app', options), {message: 'unknown option "z"'});
    assert.throws(
      () => parseConfigFile('a: [', 'app', options),
      /^ConfigError: cannot parse settings data: config:1:5: /u,
    );
  });
});

describe('config.yaml', () => {
  it('has defaults of the right type, and options without one are unset', () => {
    const options = parseConfig(
      'options: {b: {default: x}, a: {type: int, default: 3}, c: {type: float}, d: {default: ""}}',
    );
    assert.deepEqual(Object.keys(options), ['a', 'b', 'c', 'd']);
    assert.deepEqual(getDefaults(options), {a: 3, b: 'x', d: ''});
  });

  const bad: readonly (readonly [string, string])[] = [
    ['', 'invalid config: empty configuration'],
    ['options:', 'invalid config: empty configuration'],
    ['options: {a: }', 'invalid config: empty configuration'],
    ['options: {a: {type: list}}', 'invalid config: option "a" has unknown type "list"'],
    ['options: {a: {type: int, default: foo}}', 'invalid config default: option "a" expected int, got "foo"'],
  ];
  for (const [text, message] of bad) {
    it(`is refused: ${text}`, () => {
      assert.throws(() => parseConfig(text), {name: 'CharmError', message});
    });
  }
});
