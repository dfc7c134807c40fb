import assert from 'node:assert/strict';

import fc from 'fast-check';

import {getSha1} from '#charm';
import type {RunHookResult, UnitState} from '#charm/testing';
import {getProperty, getResource, getValue, parseCibXml, parseCorosyncConf, type Cib} from '#cluster';
import {EMPTY_HA_REQUEST, renderHaRequest} from '#openstack';

import {
  createHa,
  createHanode,
  createRemotes,
  createScene,
  getRemoteData,
  meta,
  NODE,
  runScene,
  type Scene,
} from './charm.fixture.ts';
import {charm} from './charm.ts';
import {getKeyDigest} from './ring-key.ts';

const request = renderHaRequest({
  ...EMPTY_HA_REQUEST,
  resources: {res_masakari_321f78b_vip: 'ocf:heartbeat:IPaddr2', res_masakari_haproxy: 'lsb:haproxy'},
  resourceParams: {res_masakari_321f78b_vip: '  params ip="10.0.0.236"'},
  groups: {grp_masakari_vips: 'res_masakari_321f78b_vip'},
  clones: {cl_res_masakari_haproxy: 'res_masakari_haproxy'},
});

const maas = {maas_url: 'http://10.0.0.205/MAAS', maas_credentials: 'consumer:token-of-maas:secret-of-maas'};

async function settle(scene: Scene): Promise<Scene> {
  const first = await runScene(scene);
  assert.equal(first.result.exitCode, 0, JSON.stringify(first.result.log.slice(-3)));
  return (await runScene(first.scene)).scene;
}

function getCib({cluster}: Scene): Cib {
  return parseCibXml(cluster.cibs[NODE] ?? '');
}

function withUnit({cluster}: Scene, unit: UnitState): Scene {
  return {unit, cluster};
}

function withRelation(scene: Scene, relation: UnitState['relations'][number]): Scene {
  const others = scene.unit.relations.filter(({endpoint}) => endpoint !== relation.endpoint);
  return withUnit(scene, {...scene.unit, relations: [...others, relation]});
}

/** Whom MAAS switches off. */
function getFenced(scene: Scene): readonly string[] {
  const device = getCib(scene).resources.find(({id}) => id.startsWith('st-maas-'));
  return (device?.kind === 'primitive' ? (getValue(device.params, 'hostnames') ?? '') : '').split(' ');
}

function hasReloaded({programs}: Pick<RunHookResult, 'programs'>): boolean {
  return programs.some((call) => call.join(' ') === 'corosync-cfgtool -R');
}

function getStatus({unit}: Scene): string {
  return `${unit.status.status}: ${unit.status.message}`;
}

describe('the hacluster charm', () => {
  it('names in code only endpoints and actions of its metadata', () => {
    assert.ok(charm.endpoints.every((name) => name in meta.endpoints));
    assert.deepEqual([...charm.actions].sort(), [...meta.actions].sort());
  });

  it('keeps the daemons from starting until it has configured them: systemd is told before they are installed', async () => {
    const {result} = await runScene(createScene(), {hook: 'install'});
    const guard = result.effects.findIndex((effect) => effect.includes('pacemaker.service.d/overrides.conf'));
    const install = result.effects.findIndex((effect) => effect.startsWith('install pacemaker'));
    assert.ok(guard !== -1 && guard < install, result.effects.join('\n'));
    const file = result.state.host.files['/etc/systemd/system/corosync.service.d/overrides.conf'];
    assert.match(file?.content ?? '', /^ConditionPathExists=\/etc\/corosync\/authkey$/m);
  });

  it('gives a member back the drop-ins that somebody took away, and touches nothing else of it', async () => {
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const files = {...scene.unit.host.files};
    Reflect.deleteProperty(files, '/etc/systemd/system/pacemaker.service.d/overrides.conf');
    const {result} = await runScene(withUnit(scene, {...scene.unit, host: {...scene.unit.host, files}}));
    assert.deepEqual(result.effects, ['write /etc/systemd/system/pacemaker.service.d/overrides.conf']);
    assert.deepEqual(result.state.host.files, scene.unit.host.files);
  });

  it('says how many units are missing, and stops the daemons that its packages started', async () => {
    const scene = await settle(createScene({config: {cluster_count: 3}}));
    assert.equal(getStatus(scene), 'blocked: 1 of 3 units are there (option cluster_count)');
    assert.equal(scene.unit.host.services['corosync']?.isRunning, false);
    assert.equal(scene.unit.host.files['/etc/corosync/authkey'], undefined);
  });

  it('makes keys as the leader and waits for them as another', async () => {
    const leader = await settle(createScene());
    assert.ok((leader.unit.relations[0]?.applicationData?.['corosync-key'] ?? '').length >= 171);
    const peer = createHanode({
      'hacluster/1': {'private-address': '10.0.0.21', hostname: 'other', ready: 'True', machine: '2/lxd/1'},
    });
    const other = await settle(createScene({leader: false, relations: [peer], config: {cluster_count: 2}}));
    assert.equal(getStatus(other), 'waiting: for the leader to make the keys of the cluster');
  });

  it('makes a ring whose messages are authenticated and encrypted', async () => {
    const {unit} = await settle(createScene());
    const conf = parseCorosyncConf(unit.host.files['/etc/corosync/corosync.conf']?.content ?? '');
    const {transport, cryptoCipher, cryptoHash} = conf.totem;
    assert.deepEqual([transport, cryptoCipher, cryptoHash], ['knet', 'aes256', 'sha256']);
    assert.deepEqual(conf.nodes, [{name: NODE, nodeId: 1000, addresses: ['10.0.0.20'], options: {}}]);
    const key = unit.host.files['/etc/corosync/authkey'];
    assert.deepEqual([key?.owner, key?.mode, key?.encoding], ['root', 0o400, 'base64']);
  });

  it('runs what its principal asks for, and says so', async () => {
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    assert.equal(getStatus(scene), 'active: Unit is ready and clustered');
    assert.equal(scene.unit.relations.find(({endpoint}) => endpoint === 'ha')?.unitData?.['clustered'], 'yes');
    assert.ok(getResource(getCib(scene), 'grp_masakari_vips') !== null);
  });

  it('changes nothing when it runs again, and starts no more programs than the reads it needs', async () => {
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const {scene: after, result} = await runScene(scene, {hook: 'update-status'});
    assert.deepEqual([result.effects, result.relationWrites], [[], []]);
    assert.deepEqual(after, scene);
    assert.deepEqual(result.programs.map(([program]) => program).sort(), [
      'cibadmin',
      'crm_mon',
      'dpkg-query',
      'systemctl',
    ]);
  });

  it('takes members in with a reload, and restarts only for what Corosync reads when it starts', async () => {
    const scene = await settle(createScene());
    const peer = createHanode({
      'hacluster/1': {'private-address': '10.0.0.21', hostname: 'other', ready: 'True', machine: '2/lxd/1'},
    });
    const joined = {...peer, ...pick(scene, 'hanode'), units: peer.units};
    const grown = await runScene(withRelation(scene, joined));
    assert.ok(hasReloaded(grown.result));
    assert.equal(grown.scene.unit.host.services['corosync']?.starts, scene.unit.host.services['corosync']?.starts);
    const config = {...scene.unit.config, netmtu: 1400};
    const restarted = await runScene(withUnit(scene, {...scene.unit, config}));
    assert.ok(restarted.result.effects.includes('restart corosync'));
  });

  it('does not restart Corosync when a refresh changes only how it is said what it was started with', async () => {
    const scene = await settle(createScene());
    const {files} = scene.unit.host;
    const totem = JSON.stringify({
      clusterName: 'hacluster',
      transport: 'knet',
      cryptoCipher: 'aes256',
      cryptoHash: 'sha256',
      options: {
        version: '2',
        token: '3000',
        token_retransmits_before_loss_const: '10',
        join: '60',
        consensus: '3600',
        max_messages: '20',
      },
      interfaces: [],
    });
    const digest = (...texts: readonly string[]): string => getSha1(JSON.stringify(texts)).slice(0, 16);
    const path = '/var/lib/charm/hacluster-0/ledger.json';
    const ledger = files[path]?.content ?? '';
    assert.match(ledger, new RegExp(`"corosync":"${digest(totem)}"`));

    // As revisions left it that restarted for a new key of the ring: this one, or another.
    const refreshed = async (key: string): Promise<readonly [boolean, boolean, string]> => {
      const content = ledger
        .replace(digest(totem), digest(totem, key))
        .replace(/("reloads":\{.*"corosync":")\w+/, '$1fromBefore');
      assert.notEqual(content, ledger);
      const host = {...scene.unit.host, files: {...files, [path]: {...files[path]!, content}}};
      const {result} = await runScene(withUnit(scene, {...scene.unit, host}));
      const isReloaded = result.programs.some((call) => call.join(' ') === 'corosync-cfgtool -R');
      return [result.effects.includes('restart corosync'), isReloaded, result.state.host.files[path]?.content ?? ''];
    };
    assert.deepEqual(await refreshed(files['/etc/corosync/authkey']?.content ?? ''), [false, true, ledger]);
    assert.deepEqual(await refreshed('another'), [true, false, ledger]);
  });

  it('fences a member that is a machine, and a remote once it has been seen online', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161', true)});
    const scene = await settle(
      createScene({config: {cluster_count: 1, ...maas}, relations: [createHanode(), createHa(request), remotes]}),
    );
    const cib = getCib(scene);
    const device = cib.resources.find(({id}) => id.startsWith('st-maas-'));
    assert.equal(device?.kind === 'primitive' && getValue(device.params, 'hostnames'), `${NODE} tidy-goose`);
    assert.equal(getProperty(cib, 'stonith-enabled'), 'true');
    assert.equal(getStatus(scene), 'active: Unit is ready and clustered');
  });

  it('does not fence a remote that it has never seen online, and goes on fencing one that it has', async () => {
    const names = ['tidy-goose', 'model-crow'];
    const [first, second] = names.map((name, index) => getRemoteData(name, `10.0.0.16${index}`, true));
    const one = createRemotes({'pacemaker-remote/0': first ?? {}});
    const config = {cluster_count: 1, ...maas};
    const scene = await settle(createScene({config, relations: [createHanode(), createHa(request), one]}));
    const two = {
      ...pick(scene, 'pacemaker-remote'),
      ...createRemotes({'pacemaker-remote/0': first ?? {}, 'pacemaker-remote/1': second ?? {}}),
    };
    const {scene: dark} = await runScene(withRelation(scene, two), {hook: 'update-status'}, {silent: names});
    assert.ok(getResource(getCib(dark), 'model-crow') !== null);
    assert.deepEqual(getFenced(dark), [NODE, 'tidy-goose']);
    const {scene: light} = await runScene(dark, {hook: 'update-status'});
    assert.deepEqual(getFenced(light), [NODE, 'model-crow', 'tidy-goose']);
  });

  it('knows after a kill what it has just made, and takes it away when it is no longer wanted', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161')});
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const {scene: killed, result} = await runScene(withRelation(scene, remotes), undefined, {killAfterChange: true});
    assert.equal(result.exitCode, 1);
    assert.ok(getResource(getCib(killed), 'tidy-goose') !== null);
    const others = killed.unit.relations.filter(({endpoint}) => endpoint !== 'pacemaker-remote');
    const after = await settle(withUnit(killed, {...killed.unit, relations: others}));
    assert.equal(getResource(getCib(after), 'tidy-goose'), null);
    assert.equal(getProperty(getCib(after), 'symmetric-cluster'), 'true');
  });

  it('is blocked by what is missing or wrong, names it, and is right again once it is mended', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161', true)});
    const scene = createScene({relations: [createHanode(), createHa(request), remotes]});
    const cases: readonly [Readonly<Record<string, unknown>>, string][] = [
      [{...maas, maas_credentials: null}, 'option maas_credentials is missing'],
      [{...maas, maas_url: null}, 'option maas_url is missing'],
      [{...maas, maas_url: 'ftp://x'}, 'option maas_url must be an http or https URL'],
      [{...maas, maas_credentials: 'one'}, 'option maas_credentials must be a MAAS API key'],
      [{...maas, corosync_key: 'c2hvcnQ='}, 'option corosync_key must be the base64 form of 128 to 4096 bytes'],
      [{...maas, 'remote-monitor-interval': 0}, 'option remote-monitor-interval must be 1 or more'],
      [{...maas, 'remote-monitor-timeout': 4}, 'option remote-monitor-timeout must be 5 or more'],
      [{...maas, corosync_transport: 'carrier pigeon'}, 'option corosync_transport must be one of'],
      [{...maas, stonith_enabled: 'True'}, 'option stonith_enabled is no longer used'],
    ];
    const whole = await settle(withUnit(scene, {...scene.unit, config: {cluster_count: 1, ...maas}}));
    for (const [config, message] of cases) {
      const bad = await settle(withUnit(whole, {...whole.unit, config: {cluster_count: 1, ...config}}));
      assert.ok(getStatus(bad).startsWith(`blocked: ${message}`), getStatus(bad));
      assert.deepEqual(getCib(bad), getCib(whole), message);
      const mended = await settle(withUnit(bad, {...bad.unit, config: {cluster_count: 1, ...maas}}));
      assert.equal(getStatus(mended), 'active: Unit is ready and clustered');
      assert.deepEqual(mended.unit.host.files, whole.unit.host.files);
    }
  });

  it('registers its principal’s alerts, and is blocked by one that is wrong, which it names', async () => {
    const alerts = {'masakari-fencing': {path: '/usr/local/lib/masakari/fencing-alert', select: ['fencing' as const]}};
    const {json_alerts: said = ''} = renderHaRequest({...EMPTY_HA_REQUEST, alerts});
    const asked = {...request, json_alerts: said};
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161', true)});
    const scene = createScene({
      config: {cluster_count: 1, ...maas},
      relations: [createHanode(), createHa(asked), remotes],
    });
    const absent = await runScene((await runScene(scene, undefined, {silent: ['tidy-goose']})).scene, undefined, {
      silent: ['tidy-goose'],
    });
    const getNamed = (state: Scene): string | null => getValue(getCib(state).alerts[0]?.params ?? [], 'remotes');
    assert.deepEqual(
      [getCib(absent.scene).alerts.map(({id}) => id), getNamed(absent.scene)],
      [['masakari-fencing'], null],
    );
    assert.equal(getStatus(absent.scene), 'waiting: for tidy-goose to be seen online: until then nothing fences it');
    const whole = await settle(absent.scene);
    assert.deepEqual([getNamed(whole), getStatus(whole)], ['tidy-goose', 'active: Unit is ready and clustered']);
    assert.equal(pick(whole, 'ha').unitData?.['registered-alerts'], 'masakari-fencing');
    // A node that has left would be fenced by a cold start without it, so only then may one leave.
    const takesBack = (state: Scene): string | undefined => pick(state, 'pacemaker-remote').unitData?.['takes-back'];
    assert.deepEqual([takesBack(whole), getProperty(getCib(whole), 'startup-fencing')], ['true', 'false']);
    const {scene: lost} = await runScene(whole, undefined, {silent: ['tidy-goose']});
    assert.equal(getNamed(lost), 'tidy-goose');
    assert.equal(getStatus(lost), 'active: Unit is ready and clustered; not connected to: tidy-goose');
    const {scene: bad} = await runScene(withRelation(whole, createHa({...asked, json_alerts: '{"a": {"path": "x"}}'})));
    assert.equal(
      getStatus(bad),
      'blocked: relation ha:2, unit masakari/0: json_alerts has alert a, in which path must be an absolute path without blanks and quotes',
    );
    assert.deepEqual([getCib(bad), takesBack(bad)], [getCib(whole), 'true']);
    const without = await settle(withRelation(bad, {...createHa(request), ...pick(bad, 'ha')}));
    assert.deepEqual(getCib(without).alerts, []);
    assert.ok(!('registered-alerts' in (pick(without, 'ha').unitData ?? {})));
    assert.deepEqual([takesBack(without), getProperty(getCib(without), 'startup-fencing')], [undefined, 'true']);
  });

  it('tells its principal how long fencing may take, once a remote is fenced, and takes nothing back while it can not tell', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161', true)});
    const scene = createScene({
      config: {cluster_count: 1, ...maas},
      relations: [createHanode(), createHa(request), remotes],
    });
    const getSaid = (state: Scene): string | undefined => pick(state, 'ha').unitData?.['fencing-bound'];
    const silent = ['tidy-goose'];
    const absent = await runScene((await runScene(scene, undefined, {silent})).scene, undefined, {silent});
    assert.equal(getSaid(absent.scene), 'none');
    const whole = await settle(absent.scene);
    assert.equal(getSaid(whole), '202');
    const {services} = whole.unit.host;
    const down = {...services, pacemaker: {...services['pacemaker']!, isRunning: false}};
    const {scene: dark} = await runScene(
      withUnit(whole, {...whole.unit, host: {...whole.unit.host, services: down}}),
      {hook: 'update-status'},
      {silent},
    );
    assert.equal(getSaid(dark), '202');
    assert.deepEqual((await runScene(whole)).result.relationWrites, []);
  });

  it('keeps the credentials of MAAS out of everything but a file of root', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161', true)});
    const scene = createScene({config: {cluster_count: 1, ...maas}, relations: [createHanode(), remotes]});
    const {scene: after, result} = await runScene(scene);
    const told = JSON.stringify([result.log, result.programs, result.toolCalls, after.unit.status, after.cluster]);
    assert.ok(!/token-of-maas|secret-of-maas/.test(told));
    const [, file] =
      Object.entries(after.unit.host.files).find(([, {content}]) => content.includes('token-of-maas')) ?? [];
    assert.deepEqual([file?.owner, file?.mode], ['root', 0o600]);
  });

  it('puts the fencing agent on the machine, outside the folder of the charm, and takes it away when it goes', async () => {
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const {files} = scene.unit.host;
    const launcher = files['/usr/lib/stonith/plugins/external/maas'];
    assert.equal(launcher?.mode, 0o755, 'cluster-glue passes over plugins that others may write');
    const [, runtime = '', program = ''] = /^exec (\S+) (\S+) "\$@"$/m.exec(launcher.content) ?? [];
    assert.equal(files[runtime]?.content, 'bin/node of the charm\n');
    assert.equal(files[program]?.content, 'programs/maas.mjs of the charm\n');
    const {scene: stopped} = await runScene(scene, {hook: 'stop'});
    for (const path of ['/usr/lib/stonith/plugins/external/maas', runtime, program]) {
      assert.equal(stopped.unit.host.files[path], undefined, path);
    }
  });

  it('takes a unit that leaves for no reason to change what the others share', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161')});
    const scene = await settle(createScene({relations: [createHanode(), createHa(request), remotes]}));
    const gone = withRelation(scene, {...remotes, ...pick(scene, 'pacemaker-remote'), units: {}});
    const event = {relation: 3, step: 'departed', unit: 'pacemaker-remote/0', departing: 'hacluster/0'} as const;
    const {scene: after} = await runScene(gone, event);
    assert.deepEqual(getCib(after), getCib(scene));
    const departed = await runScene(gone, {...event, departing: 'pacemaker-remote/0'});
    assert.equal(getResource(getCib(departed.scene), 'tidy-goose'), null);
    // So that what is left of the node can go in the same hook.
    const waits = departed.result.programs.filter(
      ([program, first]) => program === 'crm_resource' && first === '--wait',
    );
    assert.equal(waits.length, 1);
  });

  it('remembers that it leaves when a relation breaks, which does not say who left', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161')});
    const scene = await settle(createScene({relations: [createHanode(), createHa(request), remotes]}));
    const gone = withRelation(scene, {...remotes, ...pick(scene, 'pacemaker-remote'), units: {}});
    const event = {relation: 3, step: 'departed', unit: 'pacemaker-remote/0', departing: 'hacluster/0'} as const;
    const {scene: departed} = await runScene(gone, event);
    const {scene: broken} = await runScene(departed, {relation: 3, step: 'broken'});
    assert.deepEqual(getCib(broken), getCib(scene));
    assert.deepEqual(
      broken.unit.host.files['/etc/corosync/corosync.conf'],
      scene.unit.host.files['/etc/corosync/corosync.conf'],
    );
  });

  it('joins a cluster only when it knows all of its ring', async () => {
    const peer = {
      'private-address': '10.0.0.21',
      hostname: 'other',
      ready: 'True',
      member_ready: 'True',
      machine: '2/lxd/1',
    };
    const hanode = {
      ...createHanode({'hacluster/1': peer}),
      applicationData: {'corosync-key': 'a'.repeat(172), 'pacemaker-key': 'YQ=='},
    };
    const given = {leader: false, config: {cluster_count: 2}, relations: [hanode]};
    const early = await settle(createScene({...given, expected: {hanode: ['hacluster/2']}}));
    assert.equal(early.unit.host.files['/etc/corosync/authkey'], undefined);
    const known = await settle(createScene(given));
    assert.ok(known.unit.host.files['/etc/corosync/authkey'] !== undefined);
  });

  it('reloads for a new key of the ring after the units before it, names them meanwhile, and needs no leader for it', async () => {
    const [old, next] = ['a', 'b'].map((letter) => Buffer.from(letter.repeat(128)).toString('base64'));
    assert.ok(old !== undefined && next !== undefined);
    const peer = {'private-address': '10.0.0.21', hostname: 'other', ready: 'True', member_ready: 'True', machine: '2'};
    const say = (scene: Scene, keys: Record<string, string>): Scene =>
      withRelation(scene, {...createHanode({'hacluster/0': {...peer, ...keys}}), ...pick(scene, 'hanode')});
    const config = {cluster_count: 2, corosync_key: old, pacemaker_key: 'YQ=='};
    const keys = {'corosync-key-live': getKeyDigest(old), 'corosync-key-loaded': getKeyDigest(old)};
    const fresh = createScene({unit: 'hacluster/1', leader: false, config});
    const member = await settle(say(fresh, keys));
    const changed = withUnit(member, {...member.unit, config: {...config, corosync_key: next}});
    const {scene, result} = await runScene(say(changed, {...keys, 'corosync-key-live': getKeyDigest(next)}));
    assert.equal(getStatus(scene), "waiting: for the other members to read the ring's new key first: hacluster/0");
    assert.ok(!hasReloaded(result));
    const all = {'corosync-key-live': getKeyDigest(next), 'corosync-key-loaded': getKeyDigest(next)};
    const after = await runScene(say(scene, all));
    assert.ok(hasReloaded(after.result));
    assert.equal(pick(after.scene, 'hanode').unitData?.['corosync-key-loaded'], getKeyDigest(next));
  });

  it('takes a key and a configuration that another unit left for nobody’s', async () => {
    const {unit, cluster} = createScene({config: {cluster_count: 3}});
    const old = {content: 'old', owner: 'root', group: 'root', mode: 0o400};
    const leftovers = ['/etc/corosync/authkey', '/etc/corosync/corosync.conf', '/var/lib/pacemaker/cib/cib.xml'];
    for (const path of leftovers) {
      unit.host.files[path] = old;
    }
    const {scene, result} = await runScene({unit, cluster}, {hook: 'install'});
    for (const path of leftovers) {
      assert.notEqual(scene.unit.host.files[path]?.content, 'old', path);
    }
    const cleared = result.effects.indexOf('remove /etc/corosync/authkey');
    assert.ok(cleared !== -1 && cleared < result.effects.indexOf('install corosync'), result.effects.join('\n'));
    assert.equal(scene.unit.host.files['/etc/corosync/authkey'], undefined);
  });

  it('keeps a member in the ring whatever it says, and is blocked by what it says', async () => {
    const peer = {'private-address': '10.0.0.21', hostname: 'other', ready: 'True', machine: '2/lxd/1'};
    const hanode = createHanode({'hacluster/1': peer});
    const scene = await settle(createScene({relations: [hanode], config: {cluster_count: 2}}));
    const conf = scene.unit.host.files['/etc/corosync/corosync.conf'];
    for (const [bad, message] of [
      [
        {...peer, 'private-address': 'nonsense'},
        /^blocked: relation hanode:1, unit hacluster\/1: private-address must be an IP/,
      ],
      [
        {...peer, hostname: NODE},
        /^blocked: relation hanode, units hacluster\/0 and hacluster\/1: both have the host name/,
      ],
    ] as const) {
      const said = withRelation(scene, {...hanode, ...pick(scene, 'hanode'), units: {'hacluster/1': bad}});
      const {scene: after} = await runScene(said);
      assert.match(getStatus(after), message);
      assert.deepEqual(after.unit.host.files['/etc/corosync/corosync.conf'], conf);
    }
  });

  it('is blocked by a remote’s name that is taken, or that is not the name it is fenced by', async () => {
    const whole = createScene({config: {cluster_count: 1, ...maas}, relations: [createHanode(), createHa(request)]});
    for (const [name, fenced, message] of [
      ['res_masakari_haproxy', 'x', /remote-hostname must be a host name/],
      ['st-null', 'st-null', /remote-hostname is also the name of a resource or rule of this charm/],
      [NODE, NODE, /remote-hostname is also the name of a member/],
      ['9node', '9node', /remote-hostname must begin with a letter/],
      ['tidy-goose', 'model-crow', /stonith-hostname must be the same as remote-hostname/],
    ] as const) {
      const data = {...getRemoteData(name, '10.0.0.161', true), 'stonith-hostname': JSON.stringify(fenced)};
      const scene = await settle(withRelation(whole, createRemotes({'pacemaker-remote/0': data})));
      assert.match(getStatus(scene), /^blocked: relation pacemaker-remote:3, unit pacemaker-remote\/0: /);
      assert.match(getStatus(scene), message);
    }
  });

  it('keeps the one remote as it is that says what cannot be used, and goes on with the others', async () => {
    const units = {
      'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161', true),
      'pacemaker-remote/1': getRemoteData('model-crow', '10.0.0.162', true),
    };
    const relations = [createHanode(), createHa(request), createRemotes(units)];
    const scene = await settle(createScene({config: {cluster_count: 1, ...maas}, relations}));
    const before = getResource(getCib(scene), 'tidy-goose');
    assert.ok(before !== null);
    assert.deepEqual(getFenced(scene), [NODE, 'model-crow', 'tidy-goose']);
    const data = units['pacemaker-remote/0'];
    const late = getRemoteData('new-mule', '10.0.0.164', true);
    for (const bad of [
      {'pacemaker-remote/0': {...data, 'stonith-hostname': '"other"'}},
      {'pacemaker-remote/0': {...data, 'remote-ip': '"nonsense"'}},
      {'pacemaker-remote/0': {...data, 'remote-hostname': '"9node"'}},
      {'pacemaker-remote/0': {...data, 'remote-hostname': '"new-mule"'}, 'pacemaker-remote/3': late},
      {'pacemaker-remote/3': {...data, 'remote-ip': '"10.0.0.163"'}},
      {'pacemaker-remote/3': {...late, 'remote-hostname': JSON.stringify(NODE)}},
    ]) {
      const moved = {...units, 'pacemaker-remote/1': {...units['pacemaker-remote/1'], 'remote-ip': '"10.0.0.172"'}};
      const added = {'pacemaker-remote/2': getRemoteData('frank-colt', '10.0.0.160', true)};
      const relation = {...pick(scene, 'pacemaker-remote'), ...createRemotes({...moved, ...added, ...bad})};
      const after = await settle(withRelation(scene, relation));
      assert.match(getStatus(after), /^blocked: relation pacemaker-remote:3, unit pacemaker-remote\/[03]: /);
      const cib = getCib(after);
      assert.deepEqual(getResource(cib, 'tidy-goose'), before);
      const crow = getResource(cib, 'model-crow');
      assert.equal(crow?.kind === 'primitive' && getValue(crow.params, 'server'), '10.0.0.172');
      assert.deepEqual(getFenced(after), ['frank-colt', NODE, 'model-crow', 'tidy-goose']);
      assert.equal(getResource(cib, 'new-mule'), null);
    }
  });

  it('configures no fencing that nobody has asked for', async () => {
    const scene = await settle(
      createScene({config: {cluster_count: 1, ...maas}, relations: [createHanode(), createHa(request)]}),
    );
    assert.ok(getCib(scene).resources.every(({id}) => !id.startsWith('st-')));
  });

  it('is blocked, not in error, by what Pacemaker itself refuses', async () => {
    const {scene, result} = await runScene(
      await settle(createScene({relations: [createHanode(), createHa(request)]})).then((ready) =>
        withRelation(ready, {...createHa({...request, json_clones: '{}'}), unitData: {clustered: 'yes'}}),
      ),
      undefined,
      {refusesChanges: true},
    );
    assert.equal(result.exitCode, 0);
    assert.match(getStatus(scene), /^blocked: Pacemaker refuses/);
    const mended = await settle(withRelation(scene, {...createHa(request), unitData: {clustered: 'yes'}}));
    assert.equal(getStatus(mended), 'active: Unit is ready and clustered');
  });

  it('stops its daemons when it goes, so that what runs here moves', async () => {
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const {scene: after} = await runScene(scene, {hook: 'stop'});
    const {pacemaker, corosync} = after.unit.host.services;
    assert.deepEqual([pacemaker?.isRunning, corosync?.isRunning], [false, false]);
  });

  it('answers its actions', async () => {
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const status = await runScene(scene, {action: 'status'});
    assert.match(status.result.action?.results['result'] ?? '', /"quorate":true/);
    const cleanup = await runScene(scene, {action: 'cleanup', params: {resource: 'res_masakari_haproxy'}});
    assert.deepEqual(cleanup.result.action, {results: {result: 'success'}, failure: null});
    const injected = await runScene(scene, {action: 'cleanup', params: {resource: '--force'}});
    assert.match(injected.result.action?.failure ?? '', /resource must be/);
  });

  it('cleans up resources of every kind by name, and fails for one that the cluster does not have', async () => {
    const scene = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const clean = async (resource: string): Promise<string | null> =>
      (await runScene(scene, {action: 'cleanup', params: {resource}})).result.action?.failure ?? null;
    for (const {id} of getCib(scene).resources) assert.equal(await clean(id), null);
    assert.equal(
      await clean('res_masakari_haprxy'),
      'the cluster has no resource "res_masakari_haprxy"; the action status lists what it has',
    );
  });

  it('survives hostile relation data: no hook fails, the cluster stays, a status names relation, unit and key', async () => {
    const remotes = createRemotes({'pacemaker-remote/0': getRemoteData('tidy-goose', '10.0.0.161')});
    const whole = await settle(createScene({relations: [createHanode(), createHa(request), remotes]}));
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '"',
        "'",
        '$(reboot)',
        '`id`',
        'a\nb',
        '{"a": 1}',
        '[]',
        'null',
        '"\\u0000"',
        '${x}',
        '-1',
        '"a b"',
      ),
      fc.constant('x'.repeat(1_000_000)),
      fc.json(),
    );
    const keys = ['remote-hostname', 'remote-ip', 'enable-resources', 'stonith-hostname'];
    const bags = fc.record({key: fc.constantFrom(...keys), value: hostile});
    await fc.assert(
      fc.asyncProperty(bags, async ({key, value}) => {
        const data = {...getRemoteData('model-crow', '10.0.0.162'), [key]: value};
        const relation = {
          ...remotes,
          ...pick(whole, 'pacemaker-remote'),
          units: {...remotes.units, 'pacemaker-remote/1': data},
        };
        const {scene, result} = await runScene(withRelation(whole, relation));
        assert.equal(result.exitCode, 0);
        assert.ok(scene.unit.status.message.length < 500, 'a status that long helps nobody');
        if (scene.unit.status.status === 'blocked') {
          assert.match(
            scene.unit.status.message,
            /^(?:relation pacemaker-remote:3, unit pacemaker-remote\/\d: |option maas_)/,
          );
          assert.deepEqual(getCib(scene), getCib(whole));
        }
      }),
      {numRuns: 60},
    );
  }).timeout(120_000);

  it('survives a hostile principal the same way', async () => {
    const whole = await settle(createScene({relations: [createHanode(), createHa(request)]}));
    const keys = [...Object.keys(request), 'json_alerts'];
    const hostile = fc.record({
      key: fc.constantFrom(...keys),
      value: fc.oneof(fc.string(), fc.json(), fc.constant('{"a": "b\\nc"}')),
    });
    await fc.assert(
      fc.asyncProperty(hostile, async ({key, value}) => {
        const relation = {...createHa({...request, [key]: value}), unitData: {clustered: 'yes'}};
        const {scene, result} = await runScene(withRelation(whole, relation));
        assert.equal(result.exitCode, 0, JSON.stringify(result.log.slice(-2)));
        if (scene.unit.status.status === 'blocked') {
          assert.deepEqual(getCib(scene), getCib(whole));
        }
      }),
      {numRuns: 60},
    );
  }).timeout(120_000);
});

/** What the unit itself has said on an endpoint's relation. */
function pick({unit}: Scene, endpoint: string): Pick<UnitState['relations'][number], 'unitData' | 'applicationData'> {
  const relation = unit.relations.find((candidate) => candidate.endpoint === endpoint);
  return {
    ...(relation?.unitData === undefined ? {} : {unitData: relation.unitData}),
    ...(relation?.applicationData === undefined ? {} : {applicationData: relation.applicationData}),
  };
}
