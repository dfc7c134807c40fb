import assert from 'node:assert/strict';
import {
  applyChange,
  canonicalCib,
  diff,
  parseCibXml,
  parseCrm,
  parseCrmStatus,
  printCrm,
  renderCibXml,
} from '../index.ts';
import type {Cib} from '../index.ts';
import {renderPatch} from '../patch.ts';
import * as fc from 'fast-check';
import {isInstalled, openRealTools} from '../testing/real-tools.ts';
import {seedConfiguration} from '../testing/seed.ts';
import {getPlacement} from './placement.ts';

const names = ['n1', 'n2', 'n3'];

function toCib(text: string): Cib {
  return {
    ...parseCrm(text),
    validateWith: 'pacemaker-3.9',
    version: {adminEpoch: '0', epoch: '1', numUpdates: '0'},
    attributes: {crm_feature_set: '3.16.1'},
  };
}

const clusterArbitrary = fc
  .record({
    symmetric: fc.boolean(),
    primitives: fc.nat(4),
    groups: fc.nat(2),
    cloneMax: fc.constantFrom('1', '2', '3'),
    standby: fc.nat(4),
    stopped: fc.nat(6),
    locations: fc.array(fc.tuple(fc.nat(9), fc.nat(2), fc.constantFrom('0', '0', '100', 'inf', '-inf', '-50')), {
      maxLength: 20,
    }),
  })
  .map(({symmetric, primitives, groups, cloneMax, standby, stopped, locations}) => {
    const singles = Array.from({length: primitives}, (_, i) => `p${i}`);
    const grouped = Array.from({length: groups}, (_, i) => `g${i}`);
    const ids = [...singles, ...grouped, 'cl', 'st'];
    return [
      ...names.map((name, i) => `node ${i + 1}: ${name}${standby === i ? ' attributes standby=on' : ''}`),
      ...singles.map(
        (id, i) => `primitive ${id} ocf:pacemaker:Dummy${stopped === i ? ' meta target-role=Stopped' : ''}`,
      ),
      ...grouped.flatMap((id) => [
        `primitive a${id} ocf:pacemaker:Dummy`,
        `primitive b${id} ocf:pacemaker:Dummy`,
        `group ${id} a${id} b${id}`,
      ]),
      'primitive c ocf:pacemaker:Dummy',
      `clone cl c meta clone-max=${cloneMax}`,
      'primitive st stonith:null params hostlist="n1 n2 n3"',
      ...locations.map(
        ([id, node, score], i) => `location l${i} ${ids[id % ids.length] ?? 'st'} ${score}: ${names[node] ?? 'n1'}`,
      ),
      `property symmetric-cluster=${symmetric} stonith-enabled=true cluster-infrastructure=corosync`,
      'rsc_defaults resource-stickiness=100',
    ].join('\n');
  });

type Places = Readonly<Record<string, readonly string[]>>;

function getModelled(cib: Cib): Places {
  const nodes = names.map((name, i) => {
    const pairs = cib.nodes.find((node) => node.uname === name)?.attributes.flatMap((set) => set.pairs) ?? [];
    const standby = pairs.some((pair) => pair.name === 'standby' && pair.value === 'on');
    return {
      name,
      id: String(i + 1),
      type: 'member' as const,
      online: true,
      standby,
      maintenance: false,
      attributes: new Map(),
    };
  });
  const placement = getPlacement({cib, nodes, quorate: true, running: new Map(), unreachable: new Set()});
  return Object.fromEntries([...placement].map(([id, list]) => [id, list.toSorted()]));
}

function getSimulated(cib: Cib): Places {
  const tools = openRealTools(renderCibXml(cib));
  const up = names.flatMap((name) => ['-u', name]);
  const {stdout} = tools.run('crm_simulate', ['--simulate', '--xml-file', tools.path, ...up, '--quorum', '1']);
  tools.remove();
  const {resources} = parseCrmStatus(stdout.slice(stdout.indexOf('Revised Cluster Status:')));
  const places: Record<string, string[]> = {};
  for (const {id, nodes} of resources) if (nodes.length > 0) (places[id] ??= []).push(...nodes);
  return Object.fromEntries(Object.entries(places).map(([id, list]) => [id, list.toSorted()]));
}

describe('against the real programs', () => {
  it('places resources as crm_simulate does', function () {
    if (!isInstalled('crm_simulate')) this.skip();
    this.timeout(60_000);
    fc.assert(
      fc.property(clusterArbitrary, (text) => {
        const cib = toCib(text);
        assert.deepEqual(getModelled(cib), getSimulated(cib));
      }),
      {numRuns: 15},
    );
  });

  it('writes patches that cibadmin takes, and refuses with 103 once they are old', function () {
    if (!isInstalled('cibadmin')) this.skip();
    this.timeout(30_000);
    const have = toCib('primitive x ocf:pacemaker:Dummy\nlocation l x 0: n1');
    const want = toCib(`${seedConfiguration}\nalert a /bin/true`);
    const tools = openRealTools(renderCibXml(have));
    const change = diff(have, want);
    const patch = renderPatch(change, have);
    assert.equal(tools.run('cibadmin', ['--patch', '--xml-pipe'], patch).exitCode, 0);
    const made = parseCibXml(tools.readCib());
    const plain = (cib: Cib): Cib => canonicalCib({...cib, version: have.version, attributes: {}, status: null});
    assert.deepEqual(plain(made), plain(applyChange(change, have)));
    assert.equal(made.version.epoch, '2');
    assert.equal(tools.run('cibadmin', ['--patch', '--xml-pipe'], patch).exitCode, 103);
    tools.remove();
  });

  it('prints the configuration as crm configure show does', function () {
    if (!isInstalled('crm')) this.skip();
    this.timeout(30_000);
    const cib = toCib(seedConfiguration);
    const tools = openRealTools(renderCibXml(cib));
    assert.equal(tools.run('crm', ['configure', 'show']).stdout.trimEnd(), printCrm(cib).trimEnd());
    tools.remove();
  });
});
