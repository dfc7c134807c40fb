import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {createProcesses} from '#charm';
import {runHook, type ModelledCommand, type RunHookResult, type TestEvent, type UnitState} from '#charm/testing';

import {catalog, createState, KEY, meta} from './charm.fixture.ts';
import {charm} from './charm.ts';
import {getLeaveFiles, LEAVE, LEAVE_OVERRIDE, PAUSED, SESSION, TOLD} from './leave.ts';

const DAEMON = 'pacemaker_remote';

interface World {
  readonly member?: Readonly<Record<string, string>>;
  readonly leave?: ModelledCommand;
}

const ours = {'pacemaker-key': KEY, 'takes-back': 'true'};
const lettingGo: ModelledCommand = () => ({exitCode: 0, stdout: '', stderr: ''});

function run(state: UnitState, event: TestEvent, {leave = lettingGo}: World = {}): Promise<RunHookResult> {
  return runHook({charm, meta, state, event, catalog, commands: {[LEAVE]: leave}});
}

function withSession(state: UnitState, content: string): UnitState {
  const files = {...state.host.files, [SESSION]: {content: `${content}\n`, owner: 'root', group: 'root', mode: 0o644}};
  return {...state, host: {...state.host, files}};
}

/** A unit in its cluster, whose daemon was started with a session. */
async function settle({member = ours}: World = {}): Promise<UnitState> {
  const state = createState({
    relations: [{endpoint: 'pacemaker-remote', id: 7, remoteApplication: 'hacluster', units: {'hacluster/0': member}}],
  });
  const {state: after} = await run(withSession(state, 'first'), {hook: 'config-changed'});
  return after;
}

const getSession = ({relations}: UnitState): string | undefined => relations[0]?.unitData?.['remote-session'];

describe('a remote node that leaves in order', () => {
  it('has systemd take leave before it stops the daemon, after its guests', async () => {
    const {host} = await settle();
    assert.match(host.files[LEAVE_OVERRIDE]?.content ?? '', /^ExecStop=-\/usr\/local\/lib\/pacemaker-remote\/leave /m);
    assert.match(host.files[LEAVE_OVERRIDE]?.content ?? '', /^Before=.*libvirt-guests\.service/m);
    assert.equal(host.files[LEAVE]?.mode, 0o755);
  });

  it('does not with a hacluster that would not take it back', async () => {
    const {host, relations} = await settle({member: {'pacemaker-key': KEY}});
    assert.deepEqual([host.files[LEAVE], host.files[LEAVE_OVERRIDE]], [undefined, undefined]);
    assert.equal(relations[0]?.unitData?.['remote-hostname'], '"tidy-goose"');
  });

  it('says in which session its daemon is, and keeps on saying so', async () => {
    const state = await settle();
    assert.equal(getSession(state), '"first"');
    const again = await run(withSession(state, 'second'), {hook: 'update-status'});
    assert.equal(getSession(again.state), '"second"');
    const {[SESSION]: gone, ...files} = again.state.host.files;
    assert.ok(gone);
    const without = await run({...again.state, host: {...again.state.host, files}}, {hook: 'update-status'});
    assert.equal(getSession(without.state), '"second"');
  });

  it('is started again, before the cluster hears of it, when its key changed while it was off', async () => {
    const state = await settle();
    const next = Buffer.from('another key').toString('base64');
    const relations = state.relations.map((relation) => ({
      ...relation,
      units: {'hacluster/0': {...ours, 'pacemaker-key': next}},
    }));
    const countRestarts = async (session: string, startedWith: string): Promise<number> => {
      const digest = createHash('sha1').update(startedWith).digest('hex');
      const booted = withSession({...state, relations}, `${session}\n${digest}  -`);
      const {programs} = await run(booted, {hook: 'start'});
      return programs.filter((program) => program.includes('restart')).length;
    };
    assert.equal(await countRestarts('second', KEY), 1);
    assert.equal(await countRestarts('second', next), 0);
    assert.equal(await countRestarts('first', KEY), 0, 'members are connected to it, or may be');
  });

  it('is paused until it is resumed, over a restart of its daemon too, and is in another session then', async () => {
    const state = await settle();
    const paused = await run(state, {action: 'pause'});
    assert.equal(paused.action?.failure, null);
    assert.deepEqual(paused.programs, [[LEAVE, 'pausing']]);
    const status = {status: 'maintenance', message: "Paused. Use 'resume' action to resume normal service."};
    assert.deepEqual(paused.state.status, status);

    const restarted = await run(withSession(paused.state, 'second'), {hook: 'update-status'});
    assert.deepEqual(restarted.state.status, status);
    assert.equal(getSession(restarted.state), '"first"');
    const outside: ModelledCommand = () => ({exitCode: 3, stdout: '', stderr: 'no member'});
    const twice = await run(restarted.state, {action: 'pause'}, {leave: outside});
    assert.deepEqual([twice.action?.failure, twice.action?.results], [null, {result: 'is paused already'}]);
    assert.deepEqual(twice.state.host.files[PAUSED], restarted.state.host.files[PAUSED]);

    const resumed = await run(restarted.state, {action: 'resume'});
    assert.equal(resumed.action?.failure, null);
    assert.ok(!['"first"', '"second"', undefined].includes(getSession(resumed.state)));
    const after = await run(resumed.state, {hook: 'update-status'});
    assert.equal(getSession(after.state), getSession(resumed.state));
    assert.deepEqual(after.state.status, {status: 'active', message: 'Unit is ready'});
    assert.equal((await run(after.state, {action: 'resume'})).action?.failure, null);
  });

  it('says on after resume what it is blocked by', async () => {
    const blocked = {status: 'blocked', message: 'this and that is missing'} as const;
    const {state} = await run({...(await settle()), status: blocked}, {action: 'resume'});
    assert.deepEqual(state.status, blocked);
  });

  it('says as left what it has told, though its daemon was started again since', async () => {
    const state = withSession(await settle(), 'second');
    const paused = await run(state, {action: 'pause'});
    const after = await run(paused.state, {hook: 'update-status'});
    assert.deepEqual([after.state.host.files[TOLD]?.content, getSession(after.state)], ['first\n', '"first"']);
  });

  it('is not paused for another unit, which came to the machine after one that was paused', async () => {
    const paused = await run(await settle(), {action: 'pause'});
    const other = await run({...paused.state, unit: 'pacemaker-remote/7'}, {hook: 'config-changed'});
    assert.equal(other.state.status.status, 'active');
  });

  it('is not paused when the cluster does not let it go, or nobody would take it back', async () => {
    const state = await settle();
    for (const [exitCode, stderr, failure] of [
      [3, 'no member of the cluster is connected to this node\n', /^nothing to pause: no member .* crm status/],
      [
        1,
        'x\nthe members did not close their connection within 60 s\n',
        /does not let go .*: the members did not .* 60 s/,
      ],
      [124, '', /does not let go of this machine: status 124; it stays/],
    ] as const) {
      const refused = await run(state, {action: 'pause'}, {leave: () => ({exitCode, stdout: '', stderr})});
      assert.match(refused.action?.failure ?? '', failure);
      assert.deepEqual([refused.state.host.files[PAUSED], refused.state.status], [undefined, state.status]);
    }
    const other = await run(await settle({member: {'pacemaker-key': KEY}}), {action: 'pause'});
    assert.match(other.action?.failure ?? '', /crm resource stop/);
    assert.deepEqual(other.programs, []);
  });

  it('stops its daemon in the last hook of a unit that goes, not before', async () => {
    const ready = await settle();
    const state = {...ready, relations: ready.relations.map((relation) => ({...relation, units: {}}))};
    const event = {relation: 7, step: 'departed', unit: 'hacluster/0', departing: 'pacemaker-remote/0'} as const;
    const departed = await run(state, event);
    assert.equal(departed.state.host.services[DAEMON]?.isRunning, true);
    const stopped = await run(departed.state, {hook: 'stop'});
    assert.deepEqual(stopped.state.host.services[DAEMON], {
      ...departed.state.host.services[DAEMON],
      isRunning: false,
      isEnabled: false,
    });
  });
});

describe('the program by which it leaves', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'leave-'));
  });
  afterEach(() => {
    rmSync(folder, {recursive: true});
  });

  const write = (name: string, content: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${content}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  /** Runs the very file that the charm writes; `members` counts down to 0 with each look at the connections. */
  const leave = async (
    arg: string,
    members: number,
    order: string,
    mainPid = '7',
  ): Promise<{status: number; orders: string}> => {
    const file = getLeaveFiles('tidy-goose').find(({path}) => path === LEAVE);
    const content = file?.content ?? '';
    const own = content.replaceAll(TOLD, join(folder, 'told')).replaceAll(SESSION, join(folder, 'session'));
    writeFileSync(join(folder, 'leave'), own);
    writeFileSync(join(folder, 'left'), `${String(members)}\n`);
    writeFileSync(join(folder, 'orders'), '');
    write('ss', `n=$(cat ${folder}/left); [ "$n" = 0 ] || { echo ESTAB; echo $((n - 1)) > ${folder}/left; }`);
    write('crm_resource', `echo "$*" >> ${folder}/orders; ${order}`);
    write('sleep', '');
    const environment = {PATH: `${folder}:/usr/bin:/bin`, MAINPID: mainPid};
    const {exitCode: status} = await createProcesses().run('/bin/sh', [join(folder, 'leave'), arg], {environment});
    return {status, orders: readFileSync(join(folder, 'orders'), 'utf8')};
  };
  const ORDERS = [
    '--resource tidy-goose --meta --set-parameter left-session --parameter-value unnamed\n',
    '--resource tidy-goose --meta --set-parameter target-role --parameter-value Stopped\n',
  ];

  it('stops the connection, with the session that it ends, and waits for the members', async () => {
    assert.deepEqual(await leave('pausing', 5, 'exit 0'), {status: 0, orders: ORDERS.join('')});
  });

  it('says as left what hacluster was told, and only without that what its daemon is in', async () => {
    const getSaid = async (): Promise<string | undefined> =>
      /left-session --parameter-value (\S+)/.exec((await leave('stopping', 5, 'exit 0')).orders)?.[1];
    writeFileSync(join(folder, 'session'), 'second\nabc  -\n');
    assert.equal(await getSaid(), 'second');
    writeFileSync(join(folder, 'told'), 'first\n');
    assert.equal(await getSaid(), 'first');
  });

  it('orders nothing where no member is connected, or the daemon has ended by itself', async () => {
    assert.deepEqual(await leave('stopping', 0, 'exit 0'), {status: 3, orders: ''});
    assert.deepEqual(await leave('stopping', 5, 'exit 0', ''), {status: 0, orders: ''});
  });

  it('does not stop a connection whose session it could not say: nobody would take the node back', async () => {
    const undo = '--resource tidy-goose --meta --delete-parameter target-role\n';
    assert.deepEqual(await leave('pausing', 5, 'exit 102'), {status: 1, orders: `${ORDERS[0] ?? ''}${undo}`});
  });

  it('waits for the members also when the cluster is to forget the node already, before its daemon stops', async () => {
    assert.deepEqual(await leave('stopping', 5, 'exit 105'), {status: 0, orders: ORDERS[0]});
    assert.equal((await leave('stopping', 1000, 'exit 105')).status, 1);
  });

  it('takes its order back when the members stay', async () => {
    const {status, orders} = await leave('pausing', 1000, 'exit 0');
    assert.equal(status, 1);
    assert.equal(orders, `${ORDERS.join('')}--resource tidy-goose --meta --delete-parameter target-role\n`);
  });
});
