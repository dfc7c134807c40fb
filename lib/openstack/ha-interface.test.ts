import assert from 'node:assert/strict';

import fc from 'fast-check';

import {EMPTY_HA_REQUEST, encodePythonJson, hasHaRequest, parseHaRequest, renderHaRequest} from './ha-interface.ts';
import {parsePythonLiteral, PythonLiteralError} from './python-literal.ts';

const line = fc.stringMatching(/^[ -~]{0,9}$/);
const alerts = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/),
  fc.record(
    {
      path: fc.stringMatching(/^\/[a-z/-]{1,9}$/),
      select: fc.subarray(['nodes' as const, 'fencing' as const, 'resources' as const]),
      meta: fc.constant({timeout: '25s'}),
      attributes: fc.dictionary(fc.stringMatching(/^[a-z]_[a-z]{0,5}$/), line, {noNullPrototype: true}),
    },
    {requiredKeys: ['path'], noNullPrototype: true},
  ),
  {noNullPrototype: true},
);
const textMap = fc.dictionary(fc.string({minLength: 1}), fc.string(), {noNullPrototype: true});

describe('the ha relation', () => {
  it('gives back every request that was written to it', () => {
    const requests = fc.record(
      {
        resources: textMap,
        resourceParams: textMap,
        groups: textMap,
        clones: textMap,
        ms: textMap,
        orders: textMap,
        colocations: textMap,
        locations: textMap,
        initServices: fc.array(fc.string()),
        deleteResources: fc.array(fc.string()),
        alerts,
        multicastPort: fc.constant('4440'),
      },
      {noNullPrototype: true},
    );
    fc.assert(
      fc.property(requests, (request) => {
        assert.deepEqual(parseHaRequest(renderHaRequest(request)), {ok: true, value: request});
      }),
    );
  });

  it('is written as Python writes JSON, with sorted keys and ASCII only', () => {
    assert.equal(encodePythonJson({b: ['é'], a: {}}), '{"a": {}, "b": ["\\u00e9"]}');
  });

  it('reads what principals wrote before JSON', () => {
    const bag = {
      resources: "{'res_keystone_haproxy': 'lsb:haproxy'}",
      init_services: "{u'res_keystone_haproxy': 'haproxy'}",
      resource_params: '{"res_keystone_haproxy": "op monitor interval=\\"5s\\""}',
    };
    assert.deepEqual(parseHaRequest(bag), {
      ok: true,
      value: {
        ...EMPTY_HA_REQUEST,
        resources: {res_keystone_haproxy: 'lsb:haproxy'},
        resourceParams: {res_keystone_haproxy: 'op monitor interval="5s"'},
        initServices: ['haproxy'],
      },
    });
  });

  it('prefers the json_ form when both are there', () => {
    const parsed = parseHaRequest({json_resources: '{"a": "lsb:a"}', resources: "{'b': 'lsb:b'}"});
    assert.deepEqual(parsed.ok && parsed.value.resources, {a: 'lsb:a'});
  });

  it('names the key of what is no JSON and no literal, and of what is no map of text', () => {
    const parsed = parseHaRequest({json_resources: '{"a": 1}', json_groups: '__import__("os")', json_clones: '[]'});
    assert.deepEqual(parsed, {
      ok: false,
      problems: [
        {key: 'json_resources', message: 'must be a map of text'},
        {key: 'json_groups', message: 'must be JSON'},
        {key: 'json_clones', message: 'must be a map'},
      ],
    });
  });

  it('tells a bag without a request from one with an empty request', () => {
    assert.equal(hasHaRequest({'private-address': '10.0.0.1'}), false);
    assert.equal(hasHaRequest(renderHaRequest(EMPTY_HA_REQUEST)), true);
  });
});

describe('a Python literal', () => {
  it('is read by its grammar', () => {
    assert.deepEqual(parsePythonLiteral(String.raw`{'a': (1, -2.5, None), "b": [True, False, 'it\'s',], }`), {
      a: [1, -2.5, null],
      b: [true, false, "it's"],
    });
  });

  it('refuses everything else', () => {
    for (const text of ['', 'os.system("x")', '{1: 2}', '[1', "'a' 'b'", '{"a" 1}', '[1 2]', '}']) {
      assert.throws(() => parsePythonLiteral(text), PythonLiteralError, text);
    }
  });

  it('never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parsePythonLiteral(text);
        } catch (error) {
          assert.ok(error instanceof PythonLiteralError);
        }
      }),
    );
  });
});

describe('alerts on the ha relation', () => {
  it('says json_alerts only where there are some', () => {
    assert.ok(!('json_alerts' in renderHaRequest(EMPTY_HA_REQUEST)));
    const alert = {path: '/usr/local/lib/masakari/fencing-alert', select: ['fencing' as const], meta: {timeout: '30s'}};
    assert.equal(
      renderHaRequest({...EMPTY_HA_REQUEST, alerts: {'masakari-fencing': alert}})['json_alerts'],
      '{"masakari-fencing": {"meta": {"timeout": "30s"}, "path": "/usr/local/lib/masakari/fencing-alert", "select": ["fencing"]}}',
    );
  });

  it('names what is wrong with an alert by its key and id, and repeats nothing else of it', () => {
    const wrong: readonly (readonly [unknown, string])[] = [
      [[], 'must be a map'],
      ['text', 'must be a map'],
      [{'a b': {path: '/x'}}, 'has an alert whose name can be no id'],
      [{a: 'SECRET'}, 'has alert a, in which what it is must be a map of path, select, meta and attributes'],
      [{a: {}}, 'has alert a, in which path must be text'],
      [{a: {path: 'SECRET'}}, 'has alert a, in which path must be an absolute path without blanks and quotes'],
      [{a: {path: '/x" SECRET'}}, 'has alert a, in which path must be an absolute path without blanks and quotes'],
      [{a: {path: '/x\nSECRET'}}, 'has alert a, in which path must be one line without control characters'],
      [
        {a: {path: '/x', SECRET: 1}},
        'has alert a, in which what it is must be a map of path, select, meta and attributes',
      ],
      [{a: {path: '/x', select: 'fencing'}}, 'has alert a, in which select must be a list'],
      [
        {a: {path: '/x', select: ['SECRET']}},
        'has alert a, in which select must name nodes, fencing, resources or attributes',
      ],
      [{a: {path: '/x', meta: {timeout: 'SECRET'}}}, 'has alert a, in which meta timeout must be a time such as 25s'],
      [
        {a: {path: '/x', attributes: {'LD PRELOAD': 'SECRET'}}},
        'has alert a, in which attributes must be a map by names of variables',
      ],
      [
        {a: {path: '/x', attributes: {remotes: 'SECRET'}}},
        'has alert a, in which attributes must not say remotes: hacluster does',
      ],
      [
        {a: {path: '/x', attributes: {b: 'SECRET\n'}}},
        'has alert a, in which attributes must be one line without control characters',
      ],
    ];
    for (const [value, message] of wrong) {
      const parsed = parseHaRequest({json_alerts: JSON.stringify(value)});
      assert.deepEqual(parsed, {ok: false, problems: [{key: 'json_alerts', message}]});
    }
    assert.deepEqual(parseHaRequest({json_alerts: '{'}), {
      ok: false,
      problems: [{key: 'json_alerts', message: 'must be JSON'}],
    });
  });

  it('makes a request or problems of whatever stands there for alerts', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parseHaRequest({json_alerts: text});
        assert.ok(parsed.ok || parsed.problems.every(({key}) => key === 'json_alerts'));
      }),
    );
  });
});
