import assert from 'node:assert/strict';

import {expectConfiguration, getMembers, normalise, waitForCluster} from './cluster.ts';
import {getTroubles, JujuModel, seedDeployment} from './juju.ts';
import {createSeededChance} from './seeded-chance.ts';
import {waitFor} from './waiting.ts';

const KILLS = 50;
const SEED = 20_261;

/** Kills what runs for a unit on this machine, all of it at once, and prints how many processes that were. */
const KILL_HOOK = `
count=0
for environment in /proc/[0-9]*/environ; do
  if grep -qzs '^JUJU_CONTEXT_ID=' "$environment"; then
    process=\${environment#/proc/}
    kill -9 "\${process%/environ}" 2>/dev/null && count=$((count + 1))
  fi
done
echo "$count"
`;

describe('hooks that are killed at random while the deployment settles', () => {
  const juju = new JujuModel('tests-kills');

  before(() => juju.create());

  after(() => juju.destroy());

  it(`come to the same cluster configuration after ${String(KILLS)} of them (seed ${String(SEED)})`, async () => {
    const chance = createSeededChance(SEED);
    const room = juju.enterRoom();
    const ended: number[] = [];
    let kills = 0;
    const deploying = juju.run('deploy', '-m', juju.name, ...seedDeployment).then(({exitCode}) => {
      ended.push(exitCode);
    });
    const machines = [
      '0',
      ...[1, 2, 3].flatMap((host) => [0, 1].map((number) => `${String(host)}/lxd/${String(number)}`)),
    ];
    const all = [...machines, '1', '2', '3', '4', '5', '6'];
    while (kills < KILLS) {
      const machine = all[Math.floor(chance() * all.length)] ?? '';
      const {stdout} = await room.run(machine, ['sh', '-c', KILL_HOOK]).catch(() => ({stdout: ''}));
      if (Number(stdout) > 0) kills += 1;
      await new Promise((resolve) => setTimeout(resolve, chance() * 400));
      // A deployment that has settled runs no more hooks: it is made to look around again.
      if (ended.length > 0) await juju.run('exec', '-m', juju.name, '--all', '--', 'true');
    }
    await deploying;
    await waitFor(
      'every unit to be active',
      async () => Object.keys(getTroubles(await juju.readStatus())).length === 0,
      1_200,
    );
    const status = await juju.readStatus();
    const members = getMembers(status);
    await waitForCluster(juju, members[0]?.unit ?? '', {
      members: members.map(({name}) => name),
      remotes: ['frank-colt', 'model-crow', 'tidy-goose'],
    });
    const shown = await juju.exec(members[0]?.unit ?? '', 'crm', 'configure', 'show');
    assert.deepEqual(normalise(shown), await expectConfiguration(status));
  });
});
