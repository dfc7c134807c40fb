import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  applyChange,
  checkCib,
  diff,
  getResource,
  emptyCib,
  isEmptyChange,
  makeAttributeSet,
  parseCrm,
  printCrm,
  reconcile,
  type Cib,
} from '#cluster';
import {renderHaRequest, EMPTY_HA_REQUEST} from '#openstack';

import {declareCluster, getOwnedIds, getRecord, type DeclarationInput} from './declaration.ts';
import {makeFencingDevices} from './fencing.ts';
import {readHaRequest} from './ha-request.ts';
import {parseOptions, type Options} from './options.ts';
import type {Remote} from './remotes.ts';

const options = getOptions();

function getOptions(changed: Readonly<Record<string, unknown>> = {}): Options {
  const parsed = parseOptions({
    cluster_count: 3,
    corosync_transport: 'unicast',
    corosync_mcastaddr: '226.94.1.1',
    debug: false,
    service_start_timeout: 180,
    service_stop_timeout: 600,
    'maintenance-mode': false,
    no_quorum_policy: 'stop',
    failure_timeout: 180,
    cluster_recheck_interval: 60,
    stonith_action: 'off',
    stonith_enabled: 'False',
    'fencing-share': 50,
    'fencing-window': 600,
    'remote-monitor-interval': 30,
    ...changed,
  });
  assert.ok(parsed.ok);
  return parsed.value;
}

const members = ['juju-f0373f-1-lxd-2', 'juju-f0373f-2-lxd-1', 'juju-f0373f-3-lxd-3'];

/** A cluster of the seed's three members that nobody has configured yet. */
const fresh: Cib = parseCrm(members.map((name, index) => `node ${1000 + index}: ${name}`).join('\n'));

const request = getRequest(['10.0.0.236', '10.70.0.236', '10.80.0.236']);

function getRequest(vips: readonly string[]): NonNullable<ReturnType<typeof readHaRequest>['declaration']> {
  const names: Readonly<Record<string, string>> = {
    '10.0.0.236': 'res_masakari_321f78b_vip',
    '10.70.0.236': 'res_masakari_29a0f9d_vip',
    '10.80.0.236': 'res_masakari_578b519_vip',
  };
  const resources = vips.map((vip) => names[vip] ?? '').sort();
  const {declaration} = readHaRequest(
    renderHaRequest({
      ...EMPTY_HA_REQUEST,
      resources: {
        ...Object.fromEntries(resources.map((name) => [name, 'ocf:heartbeat:IPaddr2'])),
        res_masakari_haproxy: 'lsb:haproxy',
      },
      resourceParams: Object.fromEntries(vips.map((vip) => [names[vip] ?? '', `  params ip="${vip}"`])),
      groups: {grp_masakari_vips: resources.join(' ')},
      clones: {cl_res_masakari_haproxy: 'res_masakari_haproxy'},
    }),
  );
  assert.ok(declaration !== undefined);
  return declaration;
}

function getRemote(hostname: string, number: number, enableResources = false): Remote {
  return {
    unit: `pacemaker-remote/${number}`,
    hostname,
    address: `10.0.0.${100 + number}`,
    enableResources,
    stonithHostname: hostname,
    session: null,
  };
}

const computes = ['frank-colt', 'model-crow', 'tidy-goose'].map((name, index) => getRemote(name, index));

const maas = {
  url: 'http://10.0.0.205/MAAS',
  credentials: 'a:b:c',
  device: 'st-maas-4f1c3de',
  credentialsFile: '/k',
  action: 'off',
} as const;

function getInput(given: Partial<DeclarationInput>): DeclarationInput {
  const remotes = given.remotes ?? computes;
  const names = remotes.map(({hostname}) => hostname).sort();
  return {
    options,
    request,
    members,
    remotes,
    devices: makeFencingDevices(maas, {maas: names, none: members}),
    keepsRemotes: false,
    keptRemotes: [],
    connected: new Set(names),
    cib: fresh,
    owned: [],
    ...given,
  };
}

/** The cluster after one declaration, and what is remembered of it. */
function configure(
  cib: Cib,
  given: Partial<DeclarationInput>,
  record: readonly string[] = [],
): [Cib, readonly string[]] {
  const owned = getOwnedIds(cib, record);
  const declared = declareCluster(getInput({...given, cib, owned}));
  const change = diff(cib, reconcile({have: cib, declared, owned}).cib);
  const after = applyChange(change, cib);
  assert.deepEqual(checkCib(after), []);
  return [after, getRecord(declared, new Map())];
}

describe('the cluster hacluster declares', () => {
  it('has every object of the seed', () => {
    const [cib] = configure(fresh, {});
    const text = printCrm(cib);
    for (const line of [
      'primitive frank-colt ocf:pacemaker:remote \\\n\tparams server=10.0.0.100 reconnect_interval=60 \\\n\top monitor interval=30s',
      'group grp_masakari_vips res_masakari_29a0f9d_vip res_masakari_321f78b_vip res_masakari_578b519_vip',
      'clone cl_res_masakari_haproxy res_masakari_haproxy \\\n\tmeta clone-max=3',
      ...members.map((name) => `location loc-grp_masakari_vips-${name} grp_masakari_vips 0: ${name}`),
      ...members.map((name) => `location loc-tidy-goose-${name} tidy-goose 0: ${name}`),
      ...members.map((name) => `location loc-st-maas-4f1c3de-${name} st-maas-4f1c3de 0: ${name}`),
      'symmetric-cluster=false',
      'stonith-enabled=true',
    ]) {
      assert.ok(text.includes(line), `${line}\nis not in\n${text}`);
    }
  });

  it('monitors remotes as the options say, and a change of them touches nothing else of a remote', () => {
    const [first, record] = configure(fresh, {});
    const hasty = getOptions({'remote-monitor-interval': 5, 'remote-monitor-timeout': 10});
    const [second] = configure(first, {options: hasty}, record);
    const [before, after] = [first, second].map((cib) => getResource(cib, 'frank-colt'));
    assert.ok(before?.kind === 'primitive' && after?.kind === 'primitive');
    assert.deepEqual(
      after.operations.map(({name, attributes}) => [name, attributes]),
      [['monitor', {interval: '5s', timeout: '10s'}]],
    );
    assert.deepEqual({...after, operations: before.operations}, before);
  });

  it('takes a remote that has left in order back once its daemon is in another session, and not before', () => {
    const [first, record] = configure(fresh, {});
    const leave = (cib: Cib, session: string): Cib => ({
      ...cib,
      resources: cib.resources.map((resource) =>
        resource.kind === 'primitive' && resource.id === 'tidy-goose'
          ? {
              ...resource,
              meta: [
                makeAttributeSet('tidy-goose-meta_attributes', {'left-session': session, 'target-role': 'Stopped'}),
              ],
            }
          : resource,
      ),
    });
    const left = leave(first, 'one');
    const say = (session: string | null): Remote[] =>
      computes.map((remote) => (remote.hostname === 'tidy-goose' ? {...remote, session} : remote));
    for (const session of [null, 'one']) {
      assert.deepEqual(configure(left, {remotes: say(session)}, record)[0], left);
    }
    const [back] = configure(left, {remotes: say('two')}, record);
    const lines = printCrm(back).split('\n');
    assert.ok(!lines.some((line) => line.includes('left-session')));
    assert.equal(lines.filter((line) => line.includes('target-role=Started')).length, 1);
    assert.deepEqual(configure(back, {remotes: say('two')}, record)[0], back);
    // Also while another one, or all, are kept as they are.
    const others = say('two').filter(({hostname}) => hostname !== 'frank-colt');
    const devices = makeFencingDevices(maas, {maas: computes.map(({hostname}) => hostname), none: members});
    const [kept] = configure(left, {remotes: others, devices, keptRemotes: ['frank-colt']}, record);
    assert.deepEqual(kept.resources, back.resources);
    const [all] = configure(left, {remotes: say('two'), devices: [], keepsRemotes: true}, record);
    assert.deepEqual(all.resources, back.resources);
    for (const session of [null, 'one']) {
      const given = {remotes: say(session), devices: [], keepsRemotes: true};
      assert.deepEqual(configure(left, given, record)[0].resources, left.resources);
    }
  });

  it('leaves a remote alone that its operator has stopped', () => {
    const [first, record] = configure(fresh, {});
    const resources = first.resources.map((resource) =>
      resource.kind === 'primitive' && resource.id === 'tidy-goose'
        ? {...resource, meta: [makeAttributeSet('tidy-goose-meta_attributes', {'target-role': 'Stopped'})]}
        : resource,
    );
    const remotes = computes.map((remote) => ({...remote, session: 'two'}));
    assert.deepEqual(configure({...first, resources}, {remotes}, record)[0].resources, resources);
  });

  it('gives location rules to top-level resources only', () => {
    const [cib] = configure(fresh, {});
    const inner = cib.constraints.filter(({id}) => /^loc-res_/.test(id));
    assert.deepEqual(inner, []);
  });

  it('makes symmetric-cluster and the rules that make it safe in one change', () => {
    const declared = declareCluster(getInput({}));
    const change = diff(fresh, reconcile({have: fresh, declared, owned: []}).cib);
    assert.ok(change.properties.put.some(({pairs}) => pairs.some(({name}) => name === 'symmetric-cluster')));
    assert.ok(change.constraints.put.some(({id}) => id === `loc-grp_masakari_vips-${members[0] ?? ''}`));
  });

  it('is the same whatever the order in which it hears of remotes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(computes, {minLength: 3, maxLength: 3}), (remotes) => {
        assert.deepEqual(printCrm(configure(fresh, {remotes})[0]), printCrm(configure(fresh, {})[0]));
      }),
    );
  });

  it('changes nothing the second time', () => {
    const [first, record] = configure(fresh, {});
    const owned = getOwnedIds(first, record);
    const declared = declareCluster(getInput({cib: first, owned}));
    assert.ok(isEmptyChange(diff(first, reconcile({have: first, declared, owned}).cib)));
  });

  it('takes a departed remote, its rules and its name in the fencing device away in one change', () => {
    const [first, record] = configure(fresh, {});
    const [after] = configure(first, {remotes: computes.slice(1)}, record);
    assert.ok(!printCrm(after).includes('frank-colt'));
    assert.deepEqual(printCrm(after), printCrm(configure(fresh, {remotes: computes.slice(1)})[0]));
  });

  it('leaves no trace of a VIP that was dropped and taken up again', () => {
    const [first, record] = configure(fresh, {});
    const [without, lessRecord] = configure(first, {request: getRequest(['10.0.0.236', '10.70.0.236'])}, record);
    assert.ok(!printCrm(without).includes('578b519'));
    const [again] = configure(without, {}, lessRecord);
    assert.deepEqual(printCrm(again), printCrm(first));
  });

  it('never undoes what an operator did by hand', () => {
    const [first, record] = configure(fresh, {});
    const byHand = parseCrm(
      `${printCrm(first)}\nprimitive my-dummy ocf:pacemaker:Dummy\nlocation cli-prefer-grp_masakari_vips grp_masakari_vips inf: ${members[1] ?? ''}\n`,
    );
    const standby = parseCrm(
      printCrm(byHand).replace(
        'node 1000: juju-f0373f-1-lxd-2',
        'node 1000: juju-f0373f-1-lxd-2 attributes standby=on',
      ),
    );
    const [after] = configure(standby, {remotes: computes.slice(1)}, record);
    const text = printCrm(after);
    for (const kept of ['primitive my-dummy', 'cli-prefer-grp_masakari_vips', 'standby=on']) {
      assert.ok(text.includes(kept), kept);
    }
  });

  it('goes back to a symmetric cluster with its last remote, so that the VIPs may run', () => {
    const [first, record] = configure(fresh, {});
    const [after] = configure(first, {remotes: [], devices: []}, record);
    const text = printCrm(after);
    assert.ok(text.includes('symmetric-cluster=true') && text.includes('stonith-enabled=false'));
    assert.ok(!text.includes('loc-') && !text.includes('clone-max'));
  });

  it('leaves the symmetry of a cluster without remotes to its operator', () => {
    const byHand = {...fresh, properties: parseCrm('property symmetric-cluster=false').properties};
    const [after] = configure(byHand, {remotes: [], devices: []});
    assert.ok(printCrm(after).includes('symmetric-cluster=false'));
  });

  it('lets everything run everywhere when the remotes take resources', () => {
    const [cib] = configure(fresh, {remotes: computes.map((remote) => ({...remote, enableResources: true}))});
    const text = printCrm(cib);
    assert.ok(text.includes('symmetric-cluster=true') && !text.includes('location'));
  });

  it('keeps remotes, rules and fencing as they are while what is said of them cannot be used', () => {
    const [first, record] = configure(fresh, {});
    const [after] = configure(first, {remotes: computes.slice(2), devices: [], keepsRemotes: true}, record);
    assert.deepEqual(printCrm(after), printCrm(first));
  });

  it('switches fencing off only where it is its own to switch', () => {
    const operator = parseCrm('property stonith-enabled=true\nprimitive ipmi stonith:fence_ipmilan');
    const byHand = {...fresh, properties: operator.properties, resources: operator.resources};
    const [after] = configure(byHand, {devices: []});
    assert.ok(printCrm(after).includes('stonith-enabled=true'));
  });

  it('sets maintenance-mode for its option and takes back only its own', () => {
    const on = {options: getOptions({'maintenance-mode': true})};
    const [first, record] = configure(fresh, on);
    assert.ok(printCrm(first).includes('maintenance-mode=true'));
    assert.ok(printCrm(configure(first, {}, record)[0]).includes('maintenance-mode=false'));
    const byHand = {...fresh, properties: parseCrm('property maintenance-mode=true').properties};
    assert.ok(printCrm(configure(byHand, {})[0]).includes('maintenance-mode=true'));
  });

  it('tells n1 from n10 (LP 1789915)', () => {
    const [cib] = configure(fresh, {remotes: [getRemote('n10', 1), getRemote('n1', 2)]});
    const rules = cib.constraints.filter(({id}) => /^loc-n10?-/.test(id));
    assert.equal(rules.length, 6);
  });

  it('applies from nothing: an empty cluster without members has no rules to make', () => {
    const [cib] = configure(emptyCib, {members: [], remotes: [], devices: []});
    assert.ok(cib.resources.length > 0);
  });
});

describe('a request over the ha relation', () => {
  it('cannot bring in another statement', () => {
    const {declaration, problems} = readHaRequest(
      renderHaRequest({
        ...EMPTY_HA_REQUEST,
        resources: {a: 'lsb:a'},
        resourceParams: {a: 'params x=1\nprimitive evil ocf:pacemaker:Dummy'},
      }),
    );
    const ids = declaration?.primitives.map(({id}) => id) ?? [];
    assert.ok(problems !== undefined || !ids.includes('evil'));
  });

  it('names the key of what is no crm syntax', () => {
    const {problems} = readHaRequest(renderHaRequest({...EMPTY_HA_REQUEST, clones: {c: ''}}));
    assert.equal(problems?.[0]?.key, 'json_clones');
  });

  it('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (resources, params) => {
        const resourceParams = Object.fromEntries(Object.keys(resources).map((name) => [name, params]));
        readHaRequest(renderHaRequest({...EMPTY_HA_REQUEST, resources, resourceParams, groups: resources}));
      }),
    );
  });
});

describe('alerts that a principal registers', () => {
  const {declaration} = readHaRequest(
    renderHaRequest({
      ...EMPTY_HA_REQUEST,
      alerts: {
        'masakari-fencing': {
          path: '/usr/local/lib/masakari/fencing-alert',
          select: ['fencing'],
          meta: {timeout: '30s'},
        },
        'masakari-nodes': {path: '/bin/true', select: ['nodes']},
      },
    }),
  );
  const asked = {request: declaration ?? request};
  const getText = (cib: Cib): string => printCrm(cib, ['masakari-fencing']);
  const getNamed = (cib: Cib): string => /remotes="?([^"\n]*?)"? \\/.exec(getText(cib))?.[1] ?? '';

  it('are in the cluster, those of fencing with the fenced remotes, and go with the request', () => {
    const [cib, record] = configure(fresh, asked);
    assert.equal(
      getText(cib),
      'alert masakari-fencing "/usr/local/lib/masakari/fencing-alert" \\\n' +
        '\tattributes remotes="frank-colt model-crow tidy-goose" \\\n\tmeta timeout=30s \\\n\tselect fencing\n',
    );
    assert.equal(printCrm(cib, ['masakari-nodes']), 'alert masakari-nodes "/bin/true" \\\n\tselect nodes\n');
    assert.deepEqual(checkCib(cib), []);
    assert.deepEqual(parseCrm(getText(cib)).alerts[0]?.params, cib.alerts[0]?.params);
    assert.ok(record.includes('masakari-fencing'));
    assert.ok(isEmptyChange(diff(cib, configure(cib, asked, record)[0])));
    assert.deepEqual(configure(cib, {}, record)[0].alerts, []);
  });

  it('keep a cold start from fencing, also when they go, until every remote that left was taken back', () => {
    const [cib, record] = configure(fresh, asked);
    const resources = cib.resources.map((resource) =>
      resource.kind === 'primitive' && resource.id === 'tidy-goose'
        ? {...resource, meta: [makeAttributeSet('tidy-goose-meta_attributes', {'left-session': 'one'})]}
        : resource,
    );
    const [without, kept] = configure({...cib, resources}, {}, record);
    assert.match(printCrm(without), /startup-fencing=false/);
    const remotes = computes.map((remote) => ({...remote, session: 'two'}));
    const [returned, after] = configure(without, {remotes}, kept);
    assert.match(printCrm(configure(returned, {remotes}, after)[0]), /startup-fencing=true/);
  });

  it('name a remote once a member was connected to it, and from then on until it leaves', () => {
    const [none, first] = configure(fresh, {...asked, connected: new Set()});
    assert.doesNotMatch(getText(none), /attributes/);
    const [one, second] = configure(none, {...asked, connected: new Set(['tidy-goose'])}, first);
    assert.equal(getNamed(one), 'tidy-goose');
    const [two, third] = configure(one, {...asked, connected: new Set(['model-crow'])}, second);
    assert.equal(getNamed(two), 'model-crow tidy-goose');
    const [left] = configure(two, {...asked, remotes: computes.slice(0, 2), connected: new Set()}, third);
    assert.equal(getNamed(left), 'model-crow');
  });

  it('do not name a remote that is not to be fenced', () => {
    const [first, ...others] = computes;
    assert.ok(first !== undefined);
    const remotes = [{...first, stonithHostname: null}, ...others];
    assert.equal(getNamed(configure(fresh, {...asked, remotes})[0]), 'model-crow tidy-goose');
  });

  it('keep the remotes that stay as they are, and name no other', () => {
    const [cib, record] = configure(fresh, {...asked, remotes: computes.slice(0, 1)});
    const [kept] = configure(cib, {...asked, keepsRemotes: true}, record);
    assert.equal(getNamed(kept), 'frank-colt');
    const [unseen] = configure(cib, {...asked, remotes: [], keptRemotes: ['frank-colt', 'new-one']}, record);
    assert.equal(getNamed(unseen), 'frank-colt');
  });
});
