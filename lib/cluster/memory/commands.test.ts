import assert from 'node:assert/strict';
import {
  applyChange,
  diff,
  pacemakerPort,
  parseCibXml,
  parseCrm,
  parseCrmMon,
  parseCrmStatus,
  renderCibXml,
} from '../index.ts';
import type {Cib, ClusterReading, RunProgram} from '../index.ts';
import {makeMembers, makeRemoteHost} from '../testing/cluster.ts';
import {seedConfiguration, seedMembers, seedRemotes} from '../testing/seed.ts';
import {emptyClusterState, getPartitions, runClusterCommand, settleCluster} from './index.ts';
import type {ClusterHost, ClusterState} from './index.ts';

const now = '2026-11-22T10:03:49Z';
const seedHosts = [...makeMembers(seedMembers), ...seedRemotes.map(([name, address]) => makeRemoteHost(name, address))];

class Machines {
  hosts: readonly ClusterHost[];
  state: ClusterState = emptyClusterState;
  calls: string[] = [];

  constructor(hosts: readonly ClusterHost[]) {
    this.hosts = hosts;
  }

  exec(program: string, args: readonly string[], stdin = '', host = this.hosts[0]?.name ?? '') {
    this.calls.push([program, ...args].join(' '));
    const world = {hosts: this.hosts, state: this.state, host, now};
    const {state, ...result} = runClusterCommand(program, args, {stdin}, world);
    this.state = state;
    return result;
  }

  run: RunProgram = (program, args, options) => Promise.resolve(this.exec(program, args, options?.stdin));

  change(name: string, fields: Partial<ClusterHost>): void {
    this.hosts = this.hosts.map((host) => (host.name === name ? {...host, ...fields} : host));
  }
}

async function readUp(machines: Machines): Promise<Extract<ClusterReading, {state: 'up'}>> {
  const reading = await pacemakerPort(machines.run).read();
  return reading.state === 'up' ? reading : assert.fail(reading.reason);
}

function withText(have: Cib, text: string): Cib {
  const more = parseCrm(text);
  return {...applyChange({...diff(have, more), nodes: {put: [], remove: []}}, have)};
}

async function deploy(machines: Machines): Promise<void> {
  const {cib} = await readUp(machines);
  const want = {...withText(cib, seedConfiguration), properties: [...cib.properties]};
  const properties = parseCrm(seedConfiguration).properties.flatMap((set) => set.pairs);
  const own = want.properties.map((set) => ({...set, pairs: [...set.pairs, ...properties]}));
  const change = diff(cib, {...want, properties: own});
  assert.equal(await pacemakerPort(machines.run).apply(change, cib), 'applied');
}

describe('the modelled cluster', () => {
  it('makes the CIB that Pacemaker makes when members first meet', async () => {
    const machines = new Machines(makeMembers(seedMembers));
    const {cib, dc, quorate, nodes} = await readUp(machines);
    assert.deepEqual([dc, quorate], [seedMembers[0], true]);
    assert.deepEqual(
      nodes.map(({name, online, type}) => [name, online, type]),
      seedMembers.map((name) => [name, true, 'member']),
    );
    const pairs = cib.properties.flatMap((set) => set.pairs.map(({name}) => name));
    assert.deepEqual(pairs, ['have-watchdog', 'dc-version', 'cluster-infrastructure', 'cluster-name']);
    assert.deepEqual(machines.calls, ['cibadmin --query', 'crm_mon --output-as=xml']);
  });

  it('is read as its texts say, also where they were written a moment ago', async () => {
    const machines = new Machines(seedHosts);
    await deploy(machines);
    const mon = machines.exec('crm_mon', ['--output-as=xml']).stdout;
    const later = mon.replace(/<last_update time="[^"]*"/, '<last_update time="Mon Jan  5 00:00:00 2026"');
    assert.notEqual(later, mon);
    // A blank more makes it a text that nobody wrote here.
    assert.deepEqual(parseCrmMon(mon), parseCrmMon(` ${mon}`));
    assert.equal(parseCrmMon(mon), parseCrmMon(later));
    const cib = machines.exec('cibadmin', ['--query']).stdout;
    assert.deepEqual(parseCibXml(cib), parseCibXml(`${cib} `));
  });

  it("runs the seed's configuration: remotes online, nothing on them, one change", async () => {
    const machines = new Machines(seedHosts);
    await deploy(machines);
    const text = machines.exec('crm', ['status']).stdout;
    assert.match(text, /RemoteOnline: \[ frank-colt model-crow tidy-goose \]/);
    assert.match(text, /\* Online: \[ juju-f0373f-1-lxd-2 juju-f0373f-2-lxd-1 juju-f0373f-3-lxd-3 \]/);
    assert.match(text, /\* Started: \[ juju-f0373f-1-lxd-2 juju-f0373f-2-lxd-1 juju-f0373f-3-lxd-3 \]/);
    assert.ok(Object.keys(machines.state.running).every((name) => seedMembers.some((member) => member === name)));
    const written = parseCrmStatus(text).resources.map(({id, role, nodes}) => ({id, role, nodes}));
    const xml = parseCrmMon(machines.exec('crm_mon', ['-X']).stdout).resources;
    assert.deepEqual(
      written,
      xml.map(({id, role, nodes}) => ({id, role, nodes})),
    );
    const before = machines.state;
    machines.exec('crm', ['configure', 'show', 'tidy-goose']);
    assert.equal(machines.state, before);
  });

  it('refuses a change from a configuration that has moved', async () => {
    const machines = new Machines(seedHosts);
    const {cib} = await readUp(machines);
    await deploy(machines);
    const change = diff(cib, withText(cib, 'primitive x ocf:pacemaker:Dummy'));
    assert.equal(await pacemakerPort(machines.run).apply(change, cib), 'moved');
    const older = machines.exec('cibadmin', ['--replace', '--xml-pipe'], renderCibXml(cib));
    assert.deepEqual(
      [older.exitCode, older.stderr],
      [103, 'Call failed: Update was older than existing configuration\n'],
    );
  });

  it('moves what a lost member ran, and loses quorum with the second', async () => {
    const machines = new Machines(seedHosts);
    await deploy(machines);
    const first = (await readUp(machines)).resources.find(({id}) => id === 'res_masakari_321f78b_vip')?.nodes[0] ?? '';
    machines.change(first, {isClusterRunning: false});
    machines.hosts = [...machines.hosts].sort((a, b) => Number(b.isClusterRunning) - Number(a.isClusterRunning));
    const after = await readUp(machines);
    const vip = after.resources.find(({id}) => id === 'res_masakari_321f78b_vip');
    assert.ok(vip?.role === 'Started' && !vip.nodes.includes(first));
    machines.change(after.dc ?? '', {isClusterRunning: false});
    machines.hosts = [...machines.hosts].sort((a, b) => Number(b.isClusterRunning) - Number(a.isClusterRunning));
    const alone = await readUp(machines);
    assert.deepEqual([alone.quorate, alone.resources.every(({role}) => role === 'Stopped')], [false, true]);
  });

  it('takes a member that went without a word for unclean, and moves nothing of it before it was seen off', async () => {
    const machines = new Machines(seedHosts);
    await deploy(machines);
    const getVip = (text: string) => parseCrmStatus(text).resources.find(({id}) => id === 'res_masakari_321f78b_vip');
    const [lost = ''] = getVip(machines.exec('crm', ['status']).stdout)?.nodes ?? [];
    const other = seedMembers.find((name) => name !== lost) ?? '';
    const show = (): string => machines.exec('crm', ['status'], '', other).stdout;
    machines.change(lost, {isClusterRunning: false, failure: 'lost'});
    assert.match(show(), new RegExp(`\\* Node ${lost}: UNCLEAN \\(offline\\)\\n`));
    assert.match(show(), new RegExp(`res_masakari_321f78b_vip\\t.*:\\t Started ${lost} \\(UNCLEAN\\)\\n`));
    const node = parseCrmMon(machines.exec('crm_mon', ['-X'], '', other).stdout).nodes.find(({name}) => name === lost);
    assert.deepEqual([node?.unclean, node?.online], [true, false]);
    machines.change(lost, {failure: 'off'});
    assert.match(show(), new RegExp(`\\* OFFLINE: \\[ ${lost} \\]`));
    assert.ok(getVip(show())?.role === 'Started' && getVip(show())?.nodes.includes(lost) === false);
  });

  it('takes a remote node that went without a word for unclean until it was seen off', async () => {
    const machines = new Machines(seedHosts);
    await deploy(machines);
    machines.change('tidy-goose', {isRemoteRunning: false, failure: 'lost'});
    assert.match(machines.exec('crm', ['status']).stdout, /\* RemoteNode tidy-goose: UNCLEAN \(offline\)\n/);
    machines.change('tidy-goose', {failure: 'off'});
    assert.match(machines.exec('crm', ['status']).stdout, /\* RemoteOFFLINE: \[ tidy-goose \]/);
  });

  it('forms one cluster of hosts that share key and nodelist, and none of others', () => {
    const [one, two, three] = makeMembers(seedMembers);
    assert.ok(one && two && three);
    const names = (hosts: readonly ClusterHost[]) =>
      getPartitions(hosts).map(({members}) => members.map(({name}) => name));
    assert.deepEqual(names([one, two, three]), [seedMembers]);
    assert.deepEqual(names([one, {...two, corosyncKey: 'other'}, three]), [[one.name, three.name], [two.name]]);
    assert.deepEqual(names([{...one, corosyncConf: 'totem { }'}, two]), [[two.name]]);
  });

  it('takes the newest CIB when partitions merge', async () => {
    const machines = new Machines(seedHosts);
    await deploy(machines);
    const late = seedMembers[2];
    const stale = settleCluster(makeMembers(seedMembers), emptyClusterState, now).cibs[late] ?? '';
    machines.state = {...machines.state, cibs: {...machines.state.cibs, [late]: stale}};
    machines.state = settleCluster(machines.hosts, machines.state, now);
    assert.equal(machines.state.cibs[late], machines.state.cibs[seedMembers[0]]);
    assert.match(machines.state.cibs[late] ?? '', /grp_masakari_vips/);
  });

  it('answers as the programs do when no cluster runs, and says what is not modelled', async () => {
    const machines = new Machines([makeRemoteHost('tidy-goose', '10.0.0.161')]);
    const down = machines.exec('cibadmin', ['--query']);
    assert.equal(down.exitCode, 102);
    assert.match(down.stderr, /^Could not connect to the CIB: Transport endpoint is not connected/);
    assert.deepEqual(await pacemakerPort(machines.run).read(), {
      state: 'down',
      reason: 'the cluster does not run here',
    });
    const up = new Machines(makeMembers(seedMembers));
    assert.deepEqual(up.exec('crm', ['foo']), {exitCode: 127, stdout: '', stderr: 'not modelled: crm foo\n'});
    assert.equal(up.exec('crm', ['configure', 'show', 'nothing']).exitCode, 1);
    assert.match(up.exec('crm', ['node', 'show']).stdout, /^juju-f0373f-1-lxd-2\(1001\): member\n/);
  });

  it('keeps its state as JSON', async () => {
    const machines = new Machines(seedHosts);
    await deploy(machines);
    const copy = JSON.parse(JSON.stringify(machines.state)) as ClusterState;
    assert.deepEqual(settleCluster(machines.hosts, copy, now), machines.state);
  });
});
