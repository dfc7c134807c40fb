import assert from 'node:assert/strict';

import {assess} from './status.ts';

const complete = {state: 'complete', value: {}, relationId: 'a:1'} as const;

describe('the status that OpenStack charms share', () => {
  it('joins what is wrong with interfaces, and the worst state wins', () => {
    assert.deepEqual(assess({required: {a: {state: 'missing'}, b: {state: 'incomplete'}, c: complete}}), {
      status: 'blocked',
      message: "'a' missing, 'b' incomplete",
    });
    assert.deepEqual(assess({required: {a: {state: 'incomplete'}, b: {state: 'incomplete'}}}), {
      status: 'waiting',
      message: "'a' incomplete, 'b' incomplete",
    });
    assert.deepEqual(assess({required: {a: {state: 'bad', reasons: ['relation a:1, unit b/0: key must be a']}}}), {
      status: 'blocked',
      message: 'relation a:1, unit b/0: key must be a',
    });
  });

  it('looks at services only when every interface is complete', () => {
    const services = {api: false, engine: true, cache: false};
    assert.deepEqual(assess({required: {a: complete}, services}), {
      status: 'blocked',
      message: 'Services not running that should be: api, cache',
    });
    assert.equal(assess({required: {a: {state: 'missing'}}, services})?.message, "'a' missing");
    assert.equal(assess({required: {a: complete}, services: {engine: true}}), null);
  });
});
