import assert from 'node:assert/strict';
import {
  applyChange,
  checkCib,
  checkChange,
  declaredIds,
  describeChange,
  diff,
  emptyCib,
  emptyDeclaration,
  getResource,
  getValue,
  isEmptyChange,
  makeAlert,
  makeClone,
  makeGroup,
  makeLocation,
  makePrimitive,
  parseCibXml,
  parseCrm,
  printCrm,
  reconcile,
  renderCibXml,
} from './index.ts';
import type {ClusterDeclaration} from './index.ts';

function vip(id: string, ip: string) {
  return makePrimitive({
    id,
    agent: 'ocf:heartbeat:IPaddr2',
    params: {ip},
    operations: [{name: 'monitor', interval: '10s'}],
  });
}

const declared: ClusterDeclaration = {
  ...emptyDeclaration,
  primitives: [vip('v1', '10.0.0.1'), vip('v2', '10.0.0.2'), makePrimitive({id: 'haproxy', agent: 'lsb:haproxy'})],
  groups: [makeGroup('grp', ['v1', 'v2'])],
  clones: [makeClone('cl', 'haproxy', {'clone-max': '3'})],
  locations: [makeLocation('loc-grp-a', 'grp', 'a', '0')],
  properties: {'symmetric-cluster': 'false'},
};
const owned = declaredIds(declared);
const bare = parseCrm('node 1: a\nproperty cib-bootstrap-options: dc-version=2.1.5 cluster-recheck-interval=60');
const made = reconcile({have: bare, declared, owned: []}).cib;

describe('reconcile', () => {
  it('puts what is declared and is at rest then', () => {
    assert.deepEqual(checkCib(made), []);
    assert.ok(isEmptyChange(diff(made, reconcile({have: made, declared, owned}).cib)));
    assert.match(
      printCrm(made, ['cib-bootstrap-options']),
      /cluster-recheck-interval=60 \\\n\tsymmetric-cluster=false/,
    );
  });

  it('lets stand what operators did', () => {
    const byHand = [
      'primitive theirs ocf:pacemaker:Dummy',
      'location cli-prefer-grp grp role=Started inf: a',
      'node 1: a attributes standby=on',
      'property cib-bootstrap-options: dc-version=2.1.5 maintenance-mode=true symmetric-cluster=false cluster-recheck-interval=60',
    ].join('\n');
    const steered = parseCrm(
      'primitive v1 IPaddr2 params ip=10.0.0.1 meta target-role=Stopped op monitor interval=10s',
    );
    const have = applyChange({...diff(emptyCib, parseCrm(byHand))}, made);
    const hand = applyChange(diff(emptyCib, steered), have);
    const next = reconcile({have: hand, declared, owned}).cib;
    assert.ok(isEmptyChange(diff(hand, next)), describeChange(diff(hand, next)).join('\n'));
    const changed = {...declared, primitives: [vip('v1', '10.0.0.9'), ...declared.primitives.slice(1)]};
    const v1 = getResource(reconcile({have: hand, declared: changed, owned}).cib, 'v1');
    assert.ok(v1?.kind === 'primitive');
    assert.equal(getValue(v1.meta, 'target-role'), 'Stopped');
    assert.equal(getValue(v1.params, 'ip'), '10.0.0.9');
  });

  it('takes ids of parts as they are: another writer may have named them', () => {
    const other = {
      ...made,
      resources: made.resources.map((one) =>
        one.id !== 'v1' || one.kind !== 'primitive'
          ? one
          : {...one, params: one.params.map((set) => ({...set, id: 'params-of-pcs'}))},
      ),
    };
    assert.ok(isEmptyChange(diff(other, reconcile({have: other, declared, owned}).cib)));
  });

  it('removes what is no longer declared, and what of operators would dangle, and says so', () => {
    const ban = parseCrm('location cli-ban-v2 v2 -inf: a\nlocation theirs-v1 v1 10: a');
    const have = applyChange({...diff(emptyCib, ban)}, made);
    const less = {
      ...declared,
      primitives: [declared.primitives[0]!, declared.primitives[2]!],
      groups: [makeGroup('grp', ['v1'])],
    };
    const {cib, dropped} = reconcile({have, declared: less, owned});
    assert.deepEqual(dropped, [{id: 'cli-ban-v2', because: 'v2'}]);
    assert.equal(getResource(cib, 'v2'), null);
    assert.deepEqual(checkCib(cib), []);
    assert.deepEqual(describeChange(diff(have, cib)), ['delete cli-ban-v2', 'delete v2', 'group grp v1']);
  });

  it('forgets the node of a remote that goes', () => {
    const remote = makePrimitive({id: 'r1', agent: 'ocf:pacemaker:remote', params: {server: '10.0.0.9'}});
    const withRemote = {...declared, primitives: [...declared.primitives, remote]};
    const have = reconcile({
      have: parseCrm('node 1: a\nnode r1:remote attributes standby=on'),
      declared: withRemote,
      owned: [],
    }).cib;
    const next = reconcile({have, declared, owned: declaredIds(withRemote)}).cib;
    assert.deepEqual(
      next.nodes.map(({uname}) => uname),
      ['a'],
    );
  });

  it('keeps the members of our groups ours', () => {
    const have = applyChange(
      diff(emptyCib, parseCrm('group grp v1 v2 theirs\nprimitive theirs ocf:pacemaker:Dummy')),
      made,
    );
    const group = getResource(reconcile({have, declared, owned}).cib, 'grp');
    assert.deepEqual(group?.kind === 'group' ? group.members : [], ['v1', 'v2']);
  });
});

describe('checkCib', () => {
  const problems = (text: string): string =>
    checkCib(parseCrm(text))
      .map(({id, problem}) => `${id}: ${problem}`)
      .join('\n');

  it('finds what Pacemaker would refuse', () => {
    assert.match(problems('group g a'), /g: there is no resource a/);
    assert.match(problems('location l nothing 0: a'), /l: there is no resource nothing/);
    const two = 'primitive p ocf:pacemaker:Dummy\ngroup g p\nclone c p';
    assert.match(problems(two), /p: is in g and in c/);
    assert.match(problems('primitive 1p ocf:pacemaker:Dummy'), /1p: the id is no XML name/);
    assert.match(problems('primitive p @gone'), /p: there is no template gone/);
    assert.match(problems('primitive p ocf:pacemaker:Dummy\ntag p p'), /p: the id is there twice/);
  });

  it('holds old problems against no change', () => {
    const have = parseCrm('location cli-ban-x gone -inf: a\nprimitive p ocf:pacemaker:Dummy');
    const want = {...have, resources: [...have.resources, makePrimitive({id: 'q', agent: 'lsb:haproxy'})]};
    assert.deepEqual(checkChange(diff(have, want), have), []);
  });

  it('refuses control characters', () => {
    const bad = {...emptyCib, resources: [makePrimitive({id: 'q', agent: 'lsb:x', params: {a: '\u0001'}})]};
    assert.match(checkCib(bad)[0]?.problem ?? '', /control character/);
  });
});

describe('describeChange', () => {
  it('hides values that are named like secrets', () => {
    const device = makePrimitive({id: 'st', agent: 'stonith:external/maas', params: {apikey: 's3cr3t', url: 'u'}});
    const lines = describeChange(diff(emptyCib, {...emptyCib, resources: [device]}));
    assert.deepEqual(lines, ['primitive st stonith:external/maas params apikey="********" url=u']);
  });

  it('shows where a secret is kept', () => {
    const params = {apikey_file: '/etc/hacluster/st.key', passwd_script: '/bin/p', passwd: 's3cr3t'};
    const device = makePrimitive({id: 'st', agent: 'stonith:external/maas', params});
    const lines = describeChange(diff(emptyCib, {...emptyCib, resources: [device]}));
    assert.deepEqual(lines, [
      'primitive st stonith:external/maas params apikey_file="/etc/hacluster/st.key" passwd_script="/bin/p" passwd="********"',
    ]);
  });
});

describe('reconcile of alerts', () => {
  const alert = makeAlert({
    id: 'fencenotify',
    path: '/usr/local/lib/fencenotify/agent',
    attributes: {lab_remotes: 'c1 c2 c3'},
    meta: {timeout: '20s'},
    select: ['fencing'],
  });
  const text =
    'alert fencenotify "/usr/local/lib/fencenotify/agent" \\\n\tattributes lab_remotes="c1 c2 c3" \\\n' +
    '\tmeta timeout=20s \\\n\tselect fencing\n';
  const wanted = {...emptyDeclaration, alerts: [alert]};
  const having = reconcile({have: bare, declared: wanted, owned: []}).cib;

  it('makes what crmsh prints and reads for the same alert, and what Pacemaker keeps of it as XML', () => {
    assert.equal(printCrm(having, ['fencenotify']), text);
    assert.deepEqual(parseCrm(text).alerts, [alert]);
    assert.deepEqual(parseCibXml(renderCibXml(having)).alerts, [alert]);
    assert.match(renderCibXml(having), /<select>\s*<select_fencing\/>\s*<\/select>/);
    assert.deepEqual(checkCib(having), []);
  });

  it('is at rest with an alert whose parts another writer named, and changes one that differs in any of them', () => {
    const xml = renderCibXml(having).replaceAll('fencenotify-', 'fencenotify-other-');
    assert.ok(isEmptyChange(diff(parseCibXml(xml), reconcile({have: parseCibXml(xml), declared: wanted, owned}).cib)));
    for (const other of [
      {path: '/bin/true'},
      {attributes: {lab_remotes: 'c1'}},
      {meta: {timeout: '9s'}},
      {select: []},
    ]) {
      const changed = makeAlert({
        id: 'fencenotify',
        path: alert.path,
        attributes: {lab_remotes: 'c1 c2 c3'},
        meta: {timeout: '20s'},
        select: ['fencing'],
        ...other,
      });
      const {cib} = reconcile({have: having, declared: {...emptyDeclaration, alerts: [changed]}, owned});
      assert.deepEqual(diff(having, cib).alerts, {put: [changed], remove: []});
      assert.deepEqual(applyChange(diff(having, cib), having).alerts, [changed]);
    }
  });

  it('removes its own that is not declared any more, and lets others stand', () => {
    const theirs = parseCrm('alert theirs "/bin/true"').alerts;
    const have = {...having, alerts: [...having.alerts, ...theirs]};
    const {cib} = reconcile({have, declared: emptyDeclaration, owned: declaredIds(wanted)});
    assert.deepEqual(cib.alerts, theirs);
    assert.deepEqual(describeChange(diff(have, cib)), ['delete fencenotify']);
  });
});
