import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {Databag, RelationView} from '#charm';

import {CREDENTIALS, SERVICE} from '../keystone/src/answers.ts';
import {describeReady, readRequests, type RequestForm} from './requests.ts';

const FORM: RequestForm = {
  fields: ['database', 'username', 'hostname'],
  common: ['database', 'username'],
  check: ({database = ''}) => (database === 'bad' ? {field: 'database', message: 'must be a name'} : null),
};

function createRelation(bags: readonly Databag[]): RelationView {
  return {
    endpoint: 'shared-db',
    id: 'shared-db:3',
    remoteApplication: 'app',
    units: bags.map((data, index) => ({name: `app/${index}`, data})),
    remoteApplicationData: {},
    unitData: {},
    applicationData: {},
  };
}

const ask = (database: string, prefix = ''): Databag => ({
  [`${prefix}database`]: database,
  [`${prefix}username`]: 'u',
  [`${prefix}hostname`]: 'h',
});

describe('requests of related units', () => {
  it('are one for all units that say the same', () => {
    const {requests, ignored} = readRequests(createRelation([ask('x'), {}, ask('x')]), FORM);
    assert.deepEqual(
      requests.map(({prefix, units}) => [prefix, units]),
      [['', ['app/0', 'app/2']]],
    );
    assert.deepEqual(ignored, []);
  });

  it('are read under every prefix', () => {
    const {requests} = readRequests(createRelation([{...ask('x', 'a_'), ...ask('y', 'b_')}]), FORM);
    assert.deepEqual(
      requests.map(({prefix, values}) => [prefix, values['database']]),
      [
        ['a_', 'x'],
        ['b_', 'y'],
      ],
    );
  });

  it('are passed over while a field is missing', () => {
    const {requests, ignored} = readRequests(createRelation([{database: 'x', username: 'u'}]), FORM);
    assert.deepEqual([requests, ignored], [[], []]);
  });

  it('are ignored with a reason when they are bad, or differ from the first', () => {
    const {requests, ignored} = readRequests(createRelation([ask('bad'), ask('x'), ask('y')]), FORM);
    assert.deepEqual(
      requests.map(({units}) => units),
      [['app/1']],
    );
    assert.deepEqual(ignored, [
      'relation shared-db:3, unit app/0: database must be a name',
      'relation shared-db:3, unit app/2: database differs from that of app/1',
    ]);
    const message = `Unit is ready (ignored: ${ignored[0] ?? ''}; and 1 more)`;
    assert.deepEqual(describeReady(ignored), {status: 'active', message});
  });

  it('never throw, never repeat a value in a reason, and only let through what passed the check', () => {
    const key = fc.constantFrom(
      'service',
      'region',
      'public_url',
      'internal_url',
      'admin_url',
      'username',
      'project',
      'nova_service',
    );
    const text = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.constantFrom('nova', 'http://h:1/', 'RegionOne', '"$(x)\n', '__proto__', 'SECRET-\u0000'),
    );
    const bag = fc.dictionary(fc.oneof(key, fc.string()), text);
    fc.assert(
      fc.property(fc.array(bag, {maxLength: 6}), (bags) => {
        for (const form of [SERVICE, CREDENTIALS]) {
          const {requests, ignored} = readRequests(createRelation(bags), form);
          assert.ok(requests.every(({values}) => form.check(values) === null));
          assert.ok(requests.every(({prefix}) => /^([a-z0-9]+_)?$/.test(prefix)));
          assert.ok(ignored.every((reason) => !reason.includes('SECRET')));
        }
      }),
      {numRuns: 300},
    );
  });
});
