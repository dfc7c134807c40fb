import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {ClusterSyntaxError, CorosyncValueError, parseCorosyncConf, renderCorosyncConf} from './index.ts';
import type {CorosyncConf} from './index.ts';

const conf: CorosyncConf = {
  totem: {
    clusterName: 'debian',
    transport: 'knet',
    cryptoCipher: 'aes256',
    cryptoHash: 'sha256',
    options: {version: '2', token: '3000'},
    interfaces: [{linknumber: '0', knet_link_priority: '1'}],
  },
  quorum: {provider: 'corosync_votequorum', twoNode: true, options: {}},
  nodes: [
    {name: 'a', nodeId: 1001, addresses: ['10.0.0.1'], options: {}},
    {name: 'b', nodeId: 1002, addresses: ['10.0.0.2', '10.1.0.2'], options: {}},
  ],
  logging: {options: {to_syslog: 'yes'}, subsystems: [{subsys: 'QUORUM', debug: 'off'}]},
  other: [{name: 'system', values: {move_to_root_cgroup: 'no'}, sections: []}],
};

describe('corosync.conf', () => {
  it('reads what it renders, and renders the same text again', () => {
    const text = renderCorosyncConf(conf);
    assert.deepEqual(parseCorosyncConf(text), conf);
    assert.equal(renderCorosyncConf(parseCorosyncConf(text)), text);
  });

  it('reads generated configurations back', () => {
    const word = fc.stringMatching(/^[\w.:-]{1,10}$/);
    const options = fc.dictionary(fc.stringMatching(/^x[a-z_]{0,6}$/), word, {maxKeys: 3, noNullPrototype: true});
    const node = fc.record(
      {
        name: word,
        nodeId: fc.nat(5000),
        addresses: fc.array(word, {minLength: 1, maxLength: 3}),
        options,
      },
      {noNullPrototype: true},
    );
    fc.assert(
      fc.property(fc.array(node, {minLength: 1, maxLength: 4}), options, word, (nodes, more, clusterName) => {
        const value = {...conf, totem: {...conf.totem, clusterName, options: more}, nodes};
        assert.deepEqual(parseCorosyncConf(renderCorosyncConf(value)), value);
      }),
      {numRuns: 50},
    );
  });

  it('puts nothing behind an opening brace and refuses a text that does', () => {
    assert.doesNotMatch(renderCorosyncConf(conf), /\{[^\n]/);
    assert.throws(() => parseCorosyncConf('totem {\n}\nuidgid { uid: x\n}\n'), {name: 'ClusterSyntaxError', line: 3});
  });

  it('names the line of a mistake', () => {
    const lineOf = (text: string): number => {
      try {
        parseCorosyncConf(text);
      } catch (error) {
        assert.ok(error instanceof ClusterSyntaxError);
        return error.line;
      }
      return 0;
    };
    assert.equal(lineOf('totem {\n  version 2\n}\n'), 2);
    assert.equal(lineOf('totem {\n}\n}\n'), 3);
    assert.equal(lineOf('version: 2\n'), 1);
  });

  it('refuses to render a value that would become another line', () => {
    const hostile = {...conf, totem: {...conf.totem, clusterName: 'a\n}\nquorum {'}};
    assert.throws(() => renderCorosyncConf(hostile), CorosyncValueError);
  });
});
