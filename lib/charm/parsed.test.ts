import assert from 'node:assert/strict';

import fc from 'fast-check';
import * as z from 'zod/mini';

import {jsonField, parseNothing, parseWith} from './parsed.ts';

const parse = parseWith(
  z.object({
    host: z.string(),
    port: z.optional(z.coerce.number().check(z.minimum(1))),
    mode: z.optional(z.enum(['on', 'off'])),
    vip: z.optional(z.string().check(z.regex(/^[0-9.]+$/))),
    units: z.optional(jsonField(z.array(z.object({name: z.string()})))),
    either: z.optional(z.union([z.literal('a'), jsonField(z.number())])),
  }),
);

const getProblems = (raw: Record<string, unknown>): unknown => {
  const parsed = parse(raw);
  return parsed.ok ? [] : parsed.problems;
};

describe('parsing by a schema', () => {
  it('gives typed values and drops what it does not know', () => {
    const parsed = parse({host: 'a', port: '80', units: '[{"name":"x"}]', unknown: 'x'});
    assert.deepEqual(parsed, {ok: true, value: {host: 'a', port: 80, units: [{name: 'x'}]}});
  });

  it('gives every problem with its key and what was expected', () => {
    assert.deepEqual(getProblems({mode: 'maybe', vip: 'x', units: '{'}), [
      {key: 'host', message: 'is missing'},
      {key: 'mode', message: 'must be one of on, off'},
      {key: 'vip', message: 'is not valid'},
      {key: 'units', message: 'must be JSON'},
    ]);
    assert.deepEqual(getProblems({host: 1, units: '[{"name":1},{}]'}), [
      {key: 'host', message: 'must be a string'},
      {key: 'units.0.name', message: 'must be a string'},
      {key: 'units.1.name', message: 'is missing'},
    ]);
  });

  it('never repeats a value', () => {
    const secret = fc.constantFrom(
      'SECRET',
      '"SECRET"',
      '["SECRET"]',
      '{"x":"SECRET"}',
      '[{"name":{"y":"SECRET"}}]',
      'SE\nSECRET',
    );
    const raw = fc.dictionary(fc.constantFrom('host', 'port', 'mode', 'vip', 'units', 'either'), secret);
    fc.assert(
      fc.property(raw, (values) => {
        assert.ok(!JSON.stringify(getProblems(values)).includes('SECRET'));
      }),
    );
  });

  it('takes anything where nothing is read', () => {
    assert.deepEqual(parseNothing({a: 1}), {ok: true, value: {a: 1}});
  });

  it('stands input that is deep or a megabyte long', () => {
    assert.deepEqual(getProblems({host: 'x'.repeat(1_000_000), units: '['.repeat(500_000)}), [
      {key: 'units', message: 'must be JSON'},
    ]);
    assert.notDeepEqual(getProblems({host: 'x', units: `${'['.repeat(50_000)}${']'.repeat(50_000)}`}), []);
  });
});
