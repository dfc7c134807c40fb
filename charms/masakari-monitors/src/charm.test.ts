import assert from 'node:assert/strict';

import fc from 'fast-check';

import type {Databag} from '#charm';
import {
  createUnitState,
  readCharmMeta,
  runHook,
  type ModelledCommand,
  type PackageCatalog,
  type RelationState,
  type RunHookResult,
  type TestEvent,
  type UnitState,
} from '#charm/testing';

import {charm} from './charm.ts';

const meta = readCharmMeta(new URL('../charmcraft.yaml', import.meta.url));
const CONF = '/etc/masakarimonitors/masakarimonitors.conf';
const PASSWORD = 'mon-Secret-4';

const createCatalog = (account: string): PackageCatalog => ({
  'masakari-monitors-common': {version: '12.0.0-0ubuntu1', users: [account], groups: [account]},
  'masakari-host-monitor': {version: '12.0.0-0ubuntu1', services: ['masakari-host-monitor']},
  'masakari-instance-monitor': {version: '12.0.0-0ubuntu1', services: ['masakari-instance-monitor']},
  sudo: {version: '1.9.13p3-1'},
  pacemaker: {version: '2.1.2-1ubuntu3'},
  'pacemaker-remote': {version: '2.1.2-1ubuntu3'},
});

const credentials: Databag = {
  credentials_host: '10.0.0.40',
  credentials_protocol: 'http',
  credentials_port: '5000',
  auth_host: '10.70.0.40',
  auth_protocol: 'http',
  auth_port: '35357',
  api_version: '3',
  credentials_project: 'services',
  credentials_project_id: '0123456789abcdef',
  credentials_username: 'masakari-monitors',
  credentials_password: PASSWORD,
  credentials_project_domain_id: 'd1',
  credentials_project_domain_name: 'service_domain',
  credentials_user_domain_id: 'd1',
  credentials_user_domain_name: 'service_domain',
};

const container: RelationState = {
  id: 0,
  endpoint: 'container',
  remoteApplication: 'nova-compute',
  units: {'nova-compute/0': {}},
};
const keystone = (data: Databag = credentials): RelationState => ({
  id: 1,
  endpoint: 'identity-credentials',
  remoteApplication: 'keystone',
  units: {'keystone/0': data},
});

const createState = (given: Partial<UnitState> = {}): UnitState =>
  createUnitState({
    unit: 'masakari-monitors/0',
    principalUnit: 'nova-compute/0',
    relations: [container, keystone()],
    ...given,
  });

function run(
  state: UnitState,
  event: TestEvent = {hook: 'config-changed'},
  account = 'masakarimonitors',
): Promise<RunHookResult> {
  return runHook({charm, meta, state, event, catalog: createCatalog(account)});
}

const getConf = ({host}: UnitState): string => host.files[CONF]?.content ?? '';

describe('the masakari-monitors charm', () => {
  it('knows exactly the endpoints of its metadata', () => {
    assert.deepEqual([...charm.endpoints].sort(), Object.keys(meta.endpoints).sort());
    assert.deepEqual([...charm.actions], [...meta.actions]);
  });

  it('goes from nothing to ready in the order in which hooks come', async () => {
    const empty = {...keystone(), units: {}};
    const installed = await run(createState({relations: [container]}), {hook: 'install'});
    assert.deepEqual(installed.state.status, {status: 'blocked', message: "'identity-credentials' missing"});
    assert.equal(installed.state.host.services['masakari-host-monitor']?.isRunning, false);
    const created = await run({...installed.state, relations: [container, empty]}, {relation: 1, step: 'created'});
    assert.deepEqual(created.state.status, {status: 'waiting', message: "'identity-credentials' incomplete"});
    const asked = created.state.relations.find(({id}) => id === 1)!;
    assert.deepEqual(asked.unitData, {username: 'masakari-monitors', project: 'services'});
    const related = {...created.state, relations: [container, {...asked, units: keystone().units}]};
    const {state} = await run(related, {relation: 1, step: 'changed', unit: 'keystone/0'});
    assert.deepEqual(state.status, {status: 'active', message: 'Unit is ready'});
    assert.equal(state.workloadVersion, '12.0.0');
    for (const service of ['masakari-host-monitor', 'masakari-instance-monitor']) {
      assert.equal(state.host.services[service]?.isRunning, true);
    }
  });

  it('brings Pacemaker Remote, so that apt does not make a member of the machine, unless it is one', async () => {
    const {state} = await run(createState({relations: [container]}), {hook: 'install'});
    assert.ok('pacemaker-remote' in state.host.packages);
    const member = createState({relations: [container]});
    const host = {...member.host, packages: {pacemaker: '2.1.2-1ubuntu3'}};
    const installed = await run({...member, host}, {hook: 'install'});
    assert.ok('masakari-host-monitor' in installed.state.host.packages);
    assert.ok(!('pacemaker-remote' in installed.state.host.packages));
  });

  it('does not call a monitor ready that ends as often as systemd starts it', async () => {
    const ready = await run(createState());
    const show = (unit: string): string => {
      const state = unit.startsWith('masakari-host') ? 'activating\nSubState=auto-restart' : 'active\nSubState=running';
      return `Id=${unit}\nLoadState=loaded\nActiveState=${state}\nNRestarts=3\nUnitFileState=enabled\n`;
    };
    const systemctl: ModelledCommand = (args) => {
      assert.equal(args[0], 'show');
      return {exitCode: 0, stdout: args.slice(2).map(show).join('\n'), stderr: ''};
    };
    const {state} = await runHook({
      charm,
      meta,
      state: ready.state,
      event: {hook: 'update-status'},
      catalog: createCatalog('masakarimonitors'),
      commands: {systemctl},
    });
    const message = 'Services not running that should be: masakari-host-monitor';
    assert.deepEqual(state.status, {status: 'blocked', message});
  });

  it('writes the machine’s own name, the credentials and where its list of processes lies', async () => {
    const {state} = await run(createState({config: {region: 'North', 'use-internal-endpoints': true, debug: true}}));
    const file = state.host.files[CONF];
    assert.deepEqual([file?.owner, file?.group, file?.mode], ['root', 'masakarimonitors', 0o640]);
    assert.equal(
      getConf(state),
      `[DEFAULT]
debug = true
hostname = tidy-goose

[api]
api_interface = internal
region = North
auth_url = http://10.70.0.40:35357
username = masakari-monitors
password = ${PASSWORD}
project_name = services
user_domain_name = service_domain
user_domain_id = d1
project_domain_name = service_domain
project_domain_id = d1

[host]
restrict_to_remotes = true
disable_ipmi_check = true

[process]
process_list_path = /etc/masakarimonitors/process_list.yaml
`,
    );
  });

  it('does nothing in a second run of any hook', async () => {
    const {state} = await run(createState());
    for (const hook of ['install', 'start', 'config-changed', 'update-status', 'upgrade-charm']) {
      const again = await run(state, {hook});
      assert.deepEqual([again.effects, again.relationWrites, again.state.status.status], [[], [], 'active']);
    }
  });

  it('restarts both monitors when their configuration changes, and only then', async () => {
    const {state} = await run(createState());
    const {effects} = await run({...state, config: {debug: true}});
    assert.deepEqual(
      effects.filter((effect) => !effect.endsWith('ledger.json')),
      [`write ${CONF}`, 'restart masakari-host-monitor', 'restart masakari-instance-monitor'],
    );
  });

  it('runs no host monitor where another tells of compute nodes, and starts it again when asked to', async () => {
    const off = {'enable-host-monitor': false};
    const {state} = await run(createState());
    const without = await run({...state, config: off});
    const services = without.state.host.services;
    const {isRunning, isEnabled} = services['masakari-host-monitor']!;
    assert.deepEqual([isRunning, isEnabled], [false, false]);
    assert.equal(services['masakari-instance-monitor']?.isRunning, true);
    assert.deepEqual(without.state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual((await run(without.state)).effects, []);
    const fresh = await run(createState({config: off, relations: [container]}), {hook: 'install'});
    assert.equal(fresh.state.host.services['masakari-host-monitor']?.isRunning, false);
    const again = await run({...without.state, config: {}});
    assert.equal(again.state.host.services['masakari-host-monitor']?.isRunning, true);
  });

  it('keeps configuration and monitors when the credentials go away', async () => {
    const {state} = await run(createState());
    const gone = await run({...state, relations: [container]});
    assert.deepEqual(gone.state.status, {status: 'blocked', message: "'identity-credentials' missing"});
    assert.deepEqual(gone.effects, []);
    assert.equal((await run({...gone.state, relations: state.relations})).state.status.status, 'active');
  });

  it('puts config-flags into DEFAULT and is blocked by those it cannot read', async () => {
    const {state} = await run(createState({config: {'config-flags': 'a=1,b = x=y , c= /z '}}));
    assert.match(getConf(state), /^hostname = tidy-goose\na = 1\nb = x=y\nc = \/z\n/m);
    const bad = ['a', 'a=1,,b=2', 'a=1 2', 'a  =1', '=1', 'a=', 'a=1\n[api]', 'hostname=other', 'host=other', 'a b=1'];
    for (const flags of bad) {
      const result = await run({...state, config: {'config-flags': flags}});
      assert.equal(result.state.status.status, 'blocked', flags);
      assert.match(result.state.status.message, /^option config-flags must /);
      assert.deepEqual([result.exitCode, result.effects], [0, []]);
    }
    assert.equal((await run({...state, config: {}})).state.status.status, 'active');
  });

  it('makes Debian’s units read its file, for Debian’s group', async () => {
    const facts = {...createState().facts, os: {id: 'debian', version: '12'}};
    const {state, exitCode} = await run(createState({facts}), {hook: 'install'}, 'masakari');
    assert.equal(exitCode, 0);
    assert.equal(state.host.files[CONF]?.group, 'masakari');
    assert.match(getConf(state), /^helper_command = sudo \/usr\/bin\/privsep-helper --config-file /m);
    for (const service of ['masakari-host-monitor', 'masakari-instance-monitor']) {
      assert.match(state.host.files[`/etc/default/${service}`]?.content ?? '', new RegExp(`"--config-file=${CONF}"`));
    }
  });

  it('has systemd start a monitor again however it ended, since one that finds no libvirt ends as if all were well', async () => {
    const {state} = await run(createState());
    for (const service of ['masakari-host-monitor', 'masakari-instance-monitor']) {
      const overrides = state.host.files[`/etc/systemd/system/${service}.service.d/overrides.conf`];
      assert.match(overrides?.content ?? '', /^\[Service\]\nRestart=always$/m);
    }
  });

  it('keeps the password out of arguments, log and status', async () => {
    const result = await run(createState());
    assert.ok(getConf(result.state).includes(PASSWORD));
    const seen = JSON.stringify([result.programs, result.toolCalls, result.log, result.state.status]);
    assert.ok(!seen.includes(PASSWORD));
  });

  it('reads hostile credentials as a reason, never as part of a file', async () => {
    const {state: installed} = await run(createState({relations: [container]}));
    const hostile = fc.oneof(
      fc.string({unit: 'binary', minLength: 1, maxLength: 40}),
      fc.constantFrom('"', "'a'", '$x', 'a;b#c', ' a ', 'a\nb=c', '\ud800', 'x'.repeat(1_000_000), '[]', '@:/'),
    );
    const bags = fc
      .dictionary(fc.constantFrom(...Object.keys(credentials)), hostile, {maxKeys: 3})
      .map((bad) => ({...credentials, ...bad}));
    await fc.assert(
      fc.asyncProperty(bags, async (bag) => {
        const {exitCode, state} = await run({...installed, relations: [container, keystone(bag)]});
        assert.equal(exitCode, 0);
        const line = /^password = (.*)$/m.exec(getConf(state))?.[1];
        if (line === undefined) {
          assert.match(state.status.message, /^relation identity-credentials:1, unit keystone\/0: \w+ /);
          return;
        }
        const unquoted = /^(["']).*\1$/.test(line) && line.length > 1 ? line.slice(1, -1) : line;
        assert.equal(unquoted.replaceAll('\\$', '$$$$').replaceAll('$$', '$'), bag['credentials_password']);
        assert.ok(getConf(state).split('\n').length <= 24);
      }),
      {numRuns: 100},
    );
  });
});
