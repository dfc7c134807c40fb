import assert from 'node:assert/strict';

import {readEnvironment} from '#charm';
import {printCrm} from '#cluster';

import {
  expectConfiguration,
  getHostname,
  getMembers,
  getOnline,
  normalise,
  readCib,
  readCrmStatus,
  waitForCluster,
  type Member,
} from './cluster.ts';
import {getTroubles, getUnits, JujuModel, seedDeployment} from './juju.ts';
import {VipWatch} from './vip-watch.ts';
import {waitFor} from './waiting.ts';

const VIPS = ['10.0.0.236', '10.70.0.236', '10.80.0.236'];
/** A member that is lost is fenced first, by devices that may have to move themselves, on a computer that may have other work. */
const PATIENCE_SECONDS = 300;
const REMOTES = ['frank-colt', 'model-crow', 'tidy-goose'];

/** The seed's deployment on real machines; what happens to it comes one after the other. */
describe('the seed’s deployment on machines', () => {
  // To look into one story, again and again, on a deployment that stands: JUJU_LOCAL_TEST_CONTROLLER=NAME of its controller.
  const standing = readEnvironment()['JUJU_LOCAL_TEST_CONTROLLER'];
  const juju = new JujuModel(standing ?? 'tests-seed');
  let members: readonly Member[] = [];
  let names: readonly string[] = [];

  const refreshMembers = async (): Promise<void> => {
    members = getMembers(await juju.readStatus());
    names = members.map(({name}) => name);
  };

  /** A member that does not stand on this machine. */
  const getOther = (host: string): string => members.find((member) => member.host !== host)?.unit ?? '';

  const findHolder = async (asked: string): Promise<Member> => {
    const {resources} = await readCrmStatus(juju, asked);
    const [node] = resources.find(({group}) => group === 'grp_masakari_vips')?.nodes ?? [];
    const holder = members.find(({name}) => name === node);
    assert.ok(holder, `the VIPs are on ${String(node)}, which is no member`);
    return holder;
  };

  const ping = async (address: string): Promise<boolean> => {
    const {exitCode} = await juju.run(
      ...['exec', '-m', juju.name, '--unit', 'nova-compute/0', '--', 'ping', '-c', '1', '-W', '1', address],
    );
    return exitCode === 0;
  };

  /**
   * Names of nodes that the cluster says it has fenced since a time. All machines have the clock of their host; a member that has just
   * booted hears of earlier fencing only after a while.
   */
  const readFenced = (unit: string, since: number): Promise<readonly string[]> =>
    readOperations(unit, since, 'successful');

  /** Names of nodes that the cluster wanted to fence, whatever became of it. */
  const readWanted = (unit: string, since: number): Promise<readonly string[]> => readOperations(unit, since, '\\w+');

  const readOperations = async (unit: string, since: number, outcome: string): Promise<readonly string[]> => {
    const history = await juju.exec(unit, 'stonith_admin', '--history', '*', '--verbose');
    const line = new RegExp(String.raw`^\s*(?:reboot|off) of (\S+) ${outcome}: .*completed='([^']+)'`, 'gm');
    return [...history.matchAll(line)].flatMap(([, node = '', time = '']) => (Date.parse(time) >= since ? [node] : []));
  };

  before(async () => {
    if (standing === undefined) {
      await juju.create();
      await juju.must('deploy', '-m', juju.name, ...seedDeployment);
    }
    await refreshMembers();
  });

  after(async () => {
    if (standing === undefined) await juju.destroy();
  });

  it('ends with every unit active', async () => {
    assert.deepEqual(getTroubles(await juju.readStatus()), {});
  });

  it('has the seed’s objects and states in crm status', async () => {
    const [member] = members;
    const status = await waitForCluster(juju, member?.unit ?? '', {members: names, remotes: REMOTES});
    const agents = new Map(status.resources.map(({id, agent}) => [id, agent]));
    for (const id of ['res_masakari_29a0f9d_vip', 'res_masakari_321f78b_vip', 'res_masakari_578b519_vip']) {
      assert.equal(agents.get(id), 'ocf:heartbeat:IPaddr2');
    }
    for (const remote of REMOTES) assert.equal(agents.get(remote), 'ocf:pacemaker:remote');
    const devices = [...agents].filter(([, agent]) => agent.startsWith('stonith:')).map(([, agent]) => agent);
    assert.deepEqual(devices.sort(), ['stonith:external/maas', 'stonith:null']);
    const clones = status.resources.filter(({clone}) => clone === 'cl_res_masakari_haproxy');
    assert.deepEqual(clones.flatMap(({nodes}) => nodes).sort(), [...names].sort());
  });

  it('has the cluster configuration that the memory cloud has, line by line', async () => {
    const [member] = members;
    const expected = await expectConfiguration(await juju.readStatus());
    const shown = await juju.exec(member?.unit ?? '', 'crm', 'configure', 'show');
    assert.deepEqual(normalise(shown), expected);
    assert.deepEqual(normalise(printCrm(await readCib(juju, member?.unit ?? ''))), expected);
  });

  it('answers at its virtual IPs from another machine', async () => {
    for (const vip of VIPS) assert.ok(await ping(vip), `${vip} does not answer`);
  });

  it('moves the virtual IPs when the machine under their holder loses its power, and nobody ever shares them', async () => {
    const holder = await findHolder(members[0]?.unit ?? '');
    const hostname = getHostname(await juju.readStatus(), holder.host);
    const asked = getOther(holder.host);
    const watch = new VipWatch(juju.enterRoom());
    for (const {machine} of members) await watch.begin(machine);
    try {
      await juju.switchPower(hostname, 'off');
      const findNext = async (): Promise<Member | null> => {
        const found = await findHolder(asked);
        return found.name === holder.name ? null : found;
      };
      const next = await waitFor('other holder of the virtual IPs', findNext, PATIENCE_SECONDS);
      await waitFor('answer of every virtual IP', async () => (await Promise.all(VIPS.map(ping))).every(Boolean));
      await juju.switchPower(hostname, 'on');
      await waitForCluster(juju, asked, {members: names, remotes: REMOTES});
      await watch.begin(holder.machine);
      for (const vip of VIPS) {
        assert.deepEqual(watch.watch.getOverlaps(vip), []);
        assert.deepEqual(watch.watch.getHoldings(vip).at(-1)?.machine, next.machine);
      }
    } finally {
      watch.stop();
    }
  });

  it('fences a compute whose Pacemaker Remote is killed through MAAS; it stays off until it is powered on, and then comes back', async () => {
    const [unit, machine] = await findCompute('tidy-goose');
    const asked = members[0]?.unit ?? '';
    const begin = Date.now();
    await juju.exec(
      unit,
      `sed -i 's/^Restart=.*/Restart=no/' /lib/systemd/system/pacemaker_remote.service; systemctl daemon-reload; pkill -9 pacemaker-remot`,
    );
    await waitFor('the power of tidy-goose to be off', async () => (await juju.readPower('tidy-goose')) === 'off');
    await waitFor('end of the fencing', async () => (await readFenced(asked, begin)).length > 0);
    assert.deepEqual(await readFenced(asked, begin), ['tidy-goose']);
    const status = await readCrmStatus(juju, asked);
    assert.deepEqual(getOnline(status, 'remote'), ['frank-colt', 'model-crow']);
    // Longer than its reconnect_interval: nobody switches it on, and nobody else is fenced for it.
    await waitFor('reconnect_interval to pass', () => Promise.resolve(false), 70).catch(() => undefined);
    assert.equal(await juju.readPower('tidy-goose'), 'off');
    await juju.switchPower('tidy-goose', 'on');
    await waitForCluster(juju, asked, {members: names, remotes: REMOTES});
    assert.deepEqual(await readFenced(asked, begin), ['tidy-goose']);
    assert.equal(getHostname(await juju.readStatus(), machine), 'tidy-goose');
  });

  it('leaves every remote connected when its keys are changed', async () => {
    const asked = members[0]?.unit ?? '';
    const begin = Date.now();
    const options = ['pacemaker_key', 'corosync_key'].map(
      // Others than those of an earlier run, should the deployment stand.
      (name) => `${name}=${Buffer.alloc(128, `${name} ${String(begin)}`).toString('base64')}`,
    );
    await juju.must('config', '-m', juju.name, 'hacluster', ...options);
    await waitForCluster(juju, asked, {members: names, remotes: REMOTES});
    assert.deepEqual(await readFenced(asked, begin), []);
    assert.deepEqual(getTroubles(await juju.readStatus()), {});
  });

  it('follows a member and a remote that come and go, in its ring, its votes and its configuration', async () => {
    const begin = Date.now();
    await juju.must('add-unit', '-m', juju.name, 'masakari', '--to', 'lxd:0');
    await juju.must('add-unit', '-m', juju.name, 'nova-compute');
    await refreshMembers();
    const added = [...getUnits(await juju.readStatus())].filter(([name]) => name.startsWith('nova-compute/')).at(-1);
    const remote = getHostname(await juju.readStatus(), added?.[1].machine ?? '');
    await waitForCluster(juju, members[0]?.unit ?? '', {members: names, remotes: [...REMOTES, remote]});
    await assertVotes(4);
    const leaving = [...getUnits(await juju.readStatus())].filter(([name]) => name.startsWith('masakari/')).at(-1);
    await juju.must('remove-unit', '-m', juju.name, leaving?.[0] ?? '', added?.[0] ?? '');
    await refreshMembers();
    assert.equal(names.length, 3);
    await waitForCluster(juju, members[0]?.unit ?? '', {members: names, remotes: REMOTES});
    // What is left of a remote in the status is taken away by the leader's next hook.
    await waitFor('end of what left', async () => {
      const {nodes} = await readCrmStatus(juju, members[0]?.unit ?? '');
      return (
        nodes
          .map(({name}) => name)
          .sort()
          .join() === [...names, ...REMOTES].sort().join()
      );
    });
    await assertVotes(3);
    assert.deepEqual(
      await readWanted(members[0]?.unit ?? '', begin),
      [],
      'somebody was to be fenced though all went in order',
    );
  });

  it('lets a compute leave in order, paused, restarted and powered off, fences nothing for it and takes it back', async () => {
    const [compute, machine] = await findCompute('tidy-goose');
    const units = [...getUnits(await juju.readStatus())].filter((found) => found[1].machine === machine);
    const [unit = ''] = units.find(([name]) => name.startsWith('pacemaker-remote/')) ?? [];
    const asked = members[0]?.unit ?? '';
    const others = REMOTES.filter((name) => name !== 'tidy-goose');
    const begin = Date.now();
    await juju.must('run', '-m', juju.name, unit, 'pause');
    await waitForEnd(asked, others);
    assert.match(getTroubles(await juju.readStatus())[unit] ?? '', /Paused/);
    await juju.must('run', '-m', juju.name, unit, 'resume');
    await waitForCluster(juju, asked, {members: names, remotes: REMOTES});

    await juju.exec(compute, 'systemctl restart pacemaker_remote');
    await waitForEnd(asked, others);
    await juju.must('run', '-m', juju.name, unit, 'resume');
    await waitForCluster(juju, asked, {members: names, remotes: REMOTES});

    await juju.exec(compute, 'systemctl poweroff');
    await waitFor('the power of tidy-goose to be off', async () => (await juju.readPower('tidy-goose')) === 'off');
    await waitForEnd(asked, others);
    await juju.switchPower('tidy-goose', 'on');
    await waitForCluster(juju, asked, {members: names, remotes: REMOTES});
    assert.deepEqual(await readWanted(asked, begin), []);
  });

  it('fences nobody after a power failure of members and computes at once, though the computes boot later', async () => {
    const asked = members[0]?.unit ?? '';
    const status = await juju.readStatus();
    const hosts = members.map(({host}) => getHostname(status, host));
    await Promise.all([...hosts, ...REMOTES].map((name) => juju.switchPower(name, 'off')));
    const begin = Date.now();
    await Promise.all(hosts.map((name) => juju.switchPower(name, 'on')));
    // With startup-fencing a remote would be fenced once as many members have given up on it.
    await waitFor(
      'failed connections',
      async () => {
        const failures = await juju.exec(asked, 'crm_mon -1 --include=failures || true');
        return (failures.match(/ start on \S+ could not be executed/g) ?? []).length >= names.length;
      },
      PATIENCE_SECONDS,
    );
    await Promise.all(REMOTES.map((name) => juju.switchPower(name, 'on')));
    await waitForCluster(juju, asked, {members: names, remotes: REMOTES}, PATIENCE_SECONDS);
    assert.deepEqual(await readWanted(asked, begin), []);
  });

  it('stops what runs in the smaller part of a divided ring, and nobody ever shares the virtual IPs', async () => {
    const holder = await findHolder(members[0]?.unit ?? '');
    const asked = getOther(holder.host);
    const room = juju.enterRoom();
    const watch = new VipWatch(room);
    for (const {machine} of members) await watch.begin(machine);
    const begin = Date.now();
    try {
      await room.setLinks(holder.host, false);
      const hasMoved = async (): Promise<boolean> => (await findHolder(asked)).name !== holder.name;
      await waitFor('the virtual IPs in the larger part', hasMoved, PATIENCE_SECONDS);
      await waitFor('an answer', async () => (await Promise.all(VIPS.map(ping))).every(Boolean), PATIENCE_SECONDS);
      await waitFor('end of the virtual IPs in the smaller part', async () => {
        const {stdout} = await room.run(holder.machine, ['ip', '-oneline', 'address']);
        return !VIPS.some((vip) => stdout.includes(` ${vip}/`));
      });
      await room.setLinks(holder.host, true);
      await waitForCluster(juju, asked, {members: names, remotes: REMOTES}, PATIENCE_SECONDS);
      const wanted = await readWanted(asked, begin);
      assert.deepEqual(
        wanted.filter((name) => REMOTES.includes(name)),
        [],
        'computes were to be fenced though they were well',
      );
      // Without power being cut, a moment with two holders can not be ruled out by the cluster; it is by its own time-outs.
      for (const vip of VIPS) assert.deepEqual(watch.watch.getOverlaps(vip), []);
    } finally {
      await room.setLinks(holder.host, true);
      watch.stop();
    }
  });

  /** Waits for the cluster to be connected to these remotes only. */
  async function waitForEnd(asked: string, remotes: readonly string[]): Promise<void> {
    await waitFor(`a cluster with ${remotes.join(' ')} only`, async () => {
      const online = getOnline(await readCrmStatus(juju, asked), 'remote');
      return online.join() === remotes.join();
    });
  }

  /** The unit of nova-compute on a machine, and the machine's id. */
  async function findCompute(hostname: string): Promise<readonly [string, string]> {
    const status = await juju.readStatus();
    const found = [...getUnits(status)].find(
      ([name, {machine}]) => name.startsWith('nova-compute/') && getHostname(status, machine) === hostname,
    );
    assert.ok(found, `no compute is called ${hostname}`);
    return [found[0], found[1].machine];
  }

  async function assertVotes(expected: number): Promise<void> {
    for (const {unit} of members) {
      await waitFor(`${String(expected)} votes on ${unit}`, async () => {
        const quorum = await juju.exec(unit, 'corosync-quorumtool -s || true');
        const [, votes, , total] = /Expected votes:\s+(\d+)(.|\n)*?Total votes:\s+(\d+)/.exec(quorum) ?? [];
        return votes === String(expected) && total === String(expected) && /Quorate:\s+Yes/.test(quorum);
      });
    }
  }
});
