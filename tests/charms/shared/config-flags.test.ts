import assert from 'node:assert/strict';

import {parseWith} from '#charm';
import fc from 'fast-check';
import * as z from 'zod/mini';

import {configFlagsField} from './config-flags.ts';

const parse = parseWith(z.object({'config-flags': configFlagsField}));
const read = (text: string | null): unknown => {
  const parsed = parse({'config-flags': text});
  return parsed.ok ? parsed.value['config-flags'] : parsed.problems.map(({key, message}) => `${key} ${message}`);
};

describe('config-flags', () => {
  it('are settings by name; what has no name belongs to the value before', () => {
    assert.deepEqual(read(' report_interval = 5,a=x=y,list=1,2, b='), {
      report_interval: '5',
      a: 'x=y',
      list: '1,2',
      b: '',
    });
    assert.deepEqual([read(null), read('')], [{}, {}]);
  });

  it('that begin with no name are a problem of the option', () => {
    assert.deepEqual(read('5,a=1'), ['config-flags must be key=value,key=value']);
  });

  it('come back as they were written', () => {
    const name = fc.stringMatching(/^[a-z][a-z_]{0,9}$/);
    const value = fc.stringMatching(/^[a-z0-9.:/]{0,9}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value), (flags) => {
        const text = Object.entries(flags).map(([key, each]) => `${key}=${each}`);
        assert.deepEqual(read(text.join(',')), {...flags});
      }),
    );
  });
});
