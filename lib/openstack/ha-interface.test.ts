import assert from 'node:assert/strict';

import fc from 'fast-check';

import {EMPTY_HA_REQUEST, encodePythonJson, hasHaRequest, parseHaRequest, renderHaRequest} from './ha-interface.ts';
import {parsePythonLiteral, PythonLiteralError} from './python-literal.ts';

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
