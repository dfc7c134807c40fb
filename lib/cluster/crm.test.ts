import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {
  canonicalCib,
  diff,
  isEmptyChange,
  parseCibXml,
  parseCrm,
  parseCrmMon,
  parseCrmObject,
  parseCrmStatus,
  printCrm,
} from './index.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

describe('crm syntax', () => {
  for (const name of ['seed-like', 'wide']) {
    it(`prints the CIB ${name} as crmsh 4.4 does, and reads it`, () => {
      const cib = parseCibXml(fixture(`${name}.xml`));
      assert.equal(printCrm(cib), fixture(`${name}.crm`));
      assert.equal(printCrm(parseCrm(fixture(`${name}.crm`))), fixture(`${name}.crm`));
    });
  }

  it("reads the seed's configuration, and prints what reads as the same", () => {
    const cib = parseCrm(fixture('seed-configure.crm'));
    assert.deepEqual(canonicalCib(parseCrm(printCrm(cib))), canonicalCib(cib));
    assert.deepEqual(
      cib.resources.map(({id}) => id),
      ['tidy-goose', 'cl_res_masakari_haproxy', 'st-maas-5937691'],
    );
    assert.match(printCrm(cib, ['st-maas-5937691']), /hostnames="frank-colt model-crow tidy-goose"/);
    assert.equal(
      printCrm(cib, ['tidy-goose']),
      'primitive tidy-goose ocf:pacemaker:remote \\\n\tparams server=10.0.0.161 reconnect_interval=60 \\\n' +
        '\top monitor interval=30s\n',
    );
  });

  it('says where a mistake is', () => {
    assert.throws(() => parseCrm('node a\nprimitive x ocf:pacemaker:Dummy params a="b\n'), {line: 2, column: 42});
    assert.throws(() => parseCrm('location l g 0:\n'), {line: 1});
    assert.throws(() => parseCrm('frobnicate x\n'), {line: 1, column: 1});
    assert.throws(() => parseCrm('location l g rule a eq b and c eq d or e eq f'), {line: 1, column: 37});
  });

  it('lets the parts of a charm stand in one statement only', () => {
    const cib = parseCrmObject('primitive', 'v', 'ocf:heartbeat:IPaddr2   params ip="10.0.0.1"\n  meta a=b');
    assert.equal(cib.resources.length, 1);
    assert.throws(() => parseCrmObject('primitive', 'v', 'ocf:heartbeat:IPaddr2\nproperty stonith-enabled=false'));
  });

  it('keeps what it can not say in crm syntax as XML', () => {
    const cib = parseCibXml(fixture('seed-like.xml').replace('kind="Mandatory"', 'score="INFINITY"'));
    const text = printCrm(cib, ['o']);
    assert.match(text, /^xml <rsc_order id="o" score="INFINITY"/);
    assert.ok(isEmptyChange(diff(parseCrm(printCrm(cib, ['o'])), parseCrm(text))));
  });
});

describe('crm status', () => {
  it("reads the seed's text of Pacemaker 1.1", () => {
    const status = parseCrmStatus(fixture('seed-status.txt'));
    const names = (type: string): readonly string[] =>
      status.nodes.filter((node) => node.type === type && node.online).map((node) => node.name);
    assert.equal(status.dc, 'juju-f0373f-1-lxd-2');
    assert.equal(status.quorate, true);
    assert.deepEqual(names('remote'), ['frank-colt', 'model-crow', 'tidy-goose']);
    assert.deepEqual(names('member'), ['juju-f0373f-1-lxd-2', 'juju-f0373f-2-lxd-1', 'juju-f0373f-3-lxd-3']);
    assert.deepEqual([status.nodesConfigured, status.resourcesConfigured, status.resources.length], [6, 10, 10]);
    assert.ok(
      status.resources.filter(({group}) => group === 'grp_masakari_vips').every(({nodes}) => nodes.length === 1),
    );
  });

  it('reads the text and the XML of Pacemaker 2.1 as one placement', () => {
    const place = (
      list: readonly {id: string; role: string; nodes: readonly string[]; group?: string; clone?: string}[],
    ) => list.map(({id, role, nodes, group, clone}) => ({id, role, nodes, group, clone}));
    const text = parseCrmStatus(fixture('simulated-status.txt'));
    const xml = parseCrmMon(fixture('simulated-mon.xml'));
    assert.deepEqual(place(text.resources), place(xml.resources));
    assert.deepEqual([text.dc, text.quorate], [xml.dc, xml.quorate]);
  });
});
