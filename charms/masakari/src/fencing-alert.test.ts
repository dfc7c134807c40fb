import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {UnitState} from '#charm/testing';

import {parseCredentials} from './alert/credentials.ts';
import {CREDENTIALS_PATH, LAUNCHER, REPORT, SPOOL} from './alert/paths.ts';
import {renderReport} from './alert/protection.ts';
import {
  catalog,
  completeRelations,
  createState,
  getDelay,
  getFile,
  getUnitData,
  haRelation,
  KEYSTONE_PASSWORD,
  keystoneData,
  run,
  VIPS,
} from './fixture.test.ts';

const TIMER = 'masakari-fencing-alert.timer';
const UNITS = '/etc/systemd/system/masakari-fencing-alert';
const FILES = [
  CREDENTIALS_PATH,
  LAUNCHER,
  '/usr/local/lib/masakari/node',
  '/usr/local/lib/masakari/fencing-alert.mjs',
  `${UNITS}.service`,
  `${UNITS}.timer`,
  '/etc/systemd/system/masakari-protection.service',
  '/etc/systemd/system/masakari-protection.timer',
];
const ALERTS =
  '{"masakari-fencing": {"meta": {"timeout": "30s"}, "path": "/usr/local/lib/masakari/fencing-alert", "select": ["fencing"]}}';

/** hacluster has installed Pacemaker on the machine, with its accounts. */
const members = {
  ...catalog,
  'masakari-common': {
    ...catalog['masakari-common'],
    version: '12',
    users: ['masakari', 'hacluster'],
    groups: ['masakari', 'haclient'],
  },
};

async function settle(given: Partial<UnitState> = {}, keystone = keystoneData): Promise<UnitState> {
  const relations = [
    ...completeRelations({'identity-service': keystone}),
    haRelation({clustered: 'yes', 'registered-alerts': 'other masakari-fencing'}),
  ];
  const state = createState({relations, config: {vip: VIPS, 'notify-after-fencing': true}, ...given});
  return (await run(state, undefined, {catalog: members})).state;
}

const set = (state: UnitState, config: UnitState['config']): UnitState => ({
  ...state,
  config: {...state.config, ...config},
});
const getPresent = ({host}: UnitState): string[] => FILES.filter((path) => host.files[path] !== undefined);

describe('the option notify-after-fencing', () => {
  it('puts the program, its credentials and its timer on the unit, and has hacluster register it', async () => {
    const state = await settle();
    assert.deepEqual(state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual(getPresent(state), FILES);
    assert.equal(getUnitData(state, 'ha')['json_alerts'], ALERTS);
    assert.deepEqual(state.host.folders?.[SPOOL], {owner: 'hacluster', group: 'haclient', mode: 0o750});
    assert.deepEqual(state.host.services[TIMER], {isEnabled: true, isRunning: true, starts: 1});
    const {content, ...credentials} = state.host.files[CREDENTIALS_PATH] ?? {content: ''};
    assert.deepEqual(credentials, {owner: 'root', group: 'haclient', mode: 0o640});
    assert.deepEqual(JSON.parse(content), {
      authUrl: 'http://10.0.0.40:5000/v3',
      username: 'masakari',
      password: KEYSTONE_PASSWORD,
      project: 'services',
      domain: 'service_domain',
      region: 'RegionOne',
      interface: 'public',
    });
    const [, runtime = '', program = ''] = /^exec (\S+) (\S+) "\$@"$/m.exec(getFile(state, LAUNCHER)) ?? [];
    assert.equal(getFile(state, runtime), 'bin/node of the charm\n');
    assert.equal(getFile(state, program), 'programs/fencing-alert.mjs of the charm\n');
    assert.match(getFile(state, `${UNITS}.service`), /^ExecStart=\/usr\/local\/lib\/masakari\/fencing-alert deliver$/m);
    assert.deepEqual((await run(state, undefined, {catalog: members})).effects, []);
  });

  it('is off by default, and says nothing on any wire then', async () => {
    const state = await settle({config: {vip: VIPS}});
    assert.deepEqual(getPresent(state), []);
    assert.equal(state.host.folders?.[SPOOL], undefined);
    assert.ok(!('json_alerts' in getUnitData(state, 'ha')));
  });

  it('takes all of it away when it is off again: the timer before its file, and what was not delivered', async () => {
    const state = await settle();
    const spooled = `${SPOOL}/70ec7db2.fence`;
    state.host.files[spooled] = {content: '{}', owner: 'hacluster', group: 'haclient', mode: 0o640};
    const {state: off, effects} = await run(set(state, {'notify-after-fencing': false}), undefined, {catalog: members});
    assert.deepEqual([getPresent(off), off.host.files[spooled]], [[], undefined]);
    assert.deepEqual(off.host.services[TIMER], {isEnabled: false, isRunning: false, starts: 1});
    assert.ok(effects.indexOf(`stop ${TIMER}`) < effects.indexOf(`remove ${UNITS}.timer`));
    assert.ok(!('json_alerts' in getUnitData(off, 'ha')));
    assert.deepEqual((await run(off, undefined, {catalog: members})).effects, []);
  });

  it('leaves the delay of evacuations as it is set: who is fenced is off; without it fencing is waited for', async () => {
    const answer = {clustered: 'yes', 'registered-alerts': 'masakari-fencing', 'fencing-bound': '267'};
    const relations = [...completeRelations(), haRelation(answer)];
    const config = {vip: VIPS, 'notify-after-fencing': true, 'evacuation-delay': 1};
    const state = await settle({relations, config});
    assert.deepEqual([getDelay(state), state.status.message], [1, 'Unit is ready']);
    const {state: off} = await run(set(state, {'notify-after-fencing': false}), undefined, {catalog: members});
    assert.equal(getDelay(off), 267);
  });

  it('tells in the status which computes nobody would recover, while the look for them is fresh', async () => {
    const before = await settle();
    const tellAt = async (at: number, since: number): Promise<UnitState['status']> => {
      const gaps = [
        {host: 'brave-elk', reason: 'disabled' as const, since},
        {host: 'calm-fox', reason: 'in no segment' as const, since},
        {host: 'tidy-goose', reason: 'on maintenance' as const, since},
      ];
      before.host.files[REPORT] = {
        ...{content: renderReport({at, gaps}), owner: 'hacluster', group: 'haclient'},
        mode: 0o640,
      };
      return (await run(before, undefined, {catalog: members})).state.status;
    };
    const now = Date.now();
    assert.deepEqual(await tellAt(now, now - 600_000), {
      status: 'active',
      message:
        'Unit is ready; not protected: calm-fox (in no segment), tidy-goose (on maintenance: run return-host); ' +
        'without new guests: brave-elk (disabled: run return-host)',
    });
    assert.equal((await tellAt(now, now)).message, 'Unit is ready');
    assert.equal((await tellAt(now - 3_600_000, now - 7_200_000)).message, 'Unit is ready');
  });

  it('takes it away with the unit', async () => {
    const {state} = await run(await settle(), {hook: 'stop'}, {catalog: members});
    assert.deepEqual(getPresent(state), []);
  });

  it('waits for the cluster, which brings the accounts it runs by', async () => {
    const relations = [...completeRelations(), haRelation()];
    const {state} = await run(createState({relations, config: {vip: VIPS, 'notify-after-fencing': true}}));
    assert.deepEqual(state.status, {status: 'waiting', message: "'ha' incomplete"});
    assert.deepEqual(getPresent(state), []);
    assert.ok(!('json_alerts' in getUnitData(state, 'ha')));
  });

  it('waits until hacluster has registered the alert, which the Python one never does', async () => {
    const relations = [...completeRelations(), haRelation({clustered: 'yes', 'registered-alerts': 'other'})];
    const state = await settle({relations});
    assert.deepEqual(state.status, {
      status: 'waiting',
      message: "'ha' incomplete: the alert of fencing is not registered (hacluster in Python cannot)",
    });
    assert.deepEqual([getPresent(state), getUnitData(state, 'ha')['json_alerts']], [FILES, ALERTS]);
  });

  it('is blocked without a cluster', async () => {
    const {state} = await run(createState({relations: completeRelations(), config: {'notify-after-fencing': true}}));
    assert.deepEqual(state.status, {
      status: 'blocked',
      message:
        "option notify-after-fencing needs a relation 'ha' to hacluster: the cluster is to tell what it has fenced",
    });
  });

  it('keeps what it had while Keystone says nothing, or nothing that can be used', async () => {
    const before = await settle();
    for (const said of [{}, {...keystoneData, service_port: 'none'}]) {
      const relations = before.relations.map((relation) =>
        relation.endpoint === 'identity-service' ? {...relation, units: {'keystone/0': said}} : relation,
      );
      const {state} = await run({...before, relations}, undefined, {catalog: members});
      assert.notEqual(state.status.status, 'active');
      assert.deepEqual(state.host.files[CREDENTIALS_PATH], before.host.files[CREDENTIALS_PATH]);
      assert.deepEqual([getPresent(state), getUnitData(state, 'ha')['json_alerts']], [FILES, ALERTS]);
    }
  });

  it('follows Keystone’s and the operator’s changes', async () => {
    const before = await settle();
    const relations = before.relations.map((relation) =>
      relation.endpoint === 'identity-service'
        ? {...relation, units: {'keystone/0': {...keystoneData, service_password: 'ks-Secret-4'}}}
        : relation,
    );
    const {state} = await run(set({...before, relations}, {'use-internal-endpoints': true}), undefined, {
      catalog: members,
    });
    const {password, interface: wanted} = parseCredentials(getFile(state, CREDENTIALS_PATH));
    assert.deepEqual([password, wanted], ['ks-Secret-4', 'internal']);
  });

  it('shows the password in no command, log line, relation or file that others may read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[!-~]{12,20}$/), async (password) => {
        const relations = [
          ...completeRelations({'identity-service': {...keystoneData, service_password: password}}),
          haRelation({clustered: 'yes'}),
        ];
        const config = {vip: VIPS, 'notify-after-fencing': true};
        const result = await run(createState({relations, config}), undefined, {catalog: members});
        const {state} = result;
        const own = state.relations.map(({unitData, applicationData}) => [unitData, applicationData]);
        const told = JSON.stringify([result.log, result.programs, result.toolCalls, state.status, own]);
        assert.ok(!told.includes(JSON.stringify(password).slice(1, -1)));
        const open = Object.values(state.host.files).filter(({mode}) => (mode & 0o007) !== 0);
        assert.ok(open.every(({content}) => !content.includes(password)));
      }),
      {numRuns: 20},
    );
  }).timeout(60_000);
});
