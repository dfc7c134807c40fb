import {CONTROL, type Deployment} from './deployment.ts';

/** What would have to mend its files at the next start if the power were cut. */
const STATEFUL = ['mariadb', 'rabbitmq-server'];

/** Names of machines, as MAAS has them: the members', the computes' and the control plane's. */
interface Groups {
  readonly members: readonly string[];
  readonly computes: readonly string[];
  readonly control: string;
}

async function getGroups({juju, members, computes}: Deployment): Promise<Groups> {
  const {machines} = await juju.readStatus();
  const getName = (id: string): string => machines[id]?.hostname ?? '';
  return {
    members: members.map(({host}) => getName(host)),
    computes: computes.map(({name}) => name),
    control: getName(CONTROL),
  };
}

/** Switches everything off. The cluster goes first: it takes computes that go for dead, and would have them fenced. */
export async function stopAll(deployment: Deployment): Promise<void> {
  const {members, computes, control} = await getGroups(deployment);
  for (const name of [...members, ...computes]) await deployment.juju.switchPower(name, 'off');
  await deployment.room.run(CONTROL, ['systemctl', 'stop', ...STATEFUL]);
  await deployment.room.run(CONTROL, ['sync']);
  await deployment.juju.switchPower(control, 'off');
}

/** Switches everything on: the control plane first, without which computes do not end their boot, and last the cluster, which waits for nobody. */
export async function startAll(deployment: Deployment): Promise<void> {
  const {members, computes, control} = await getGroups(deployment);
  await deployment.juju.switchPower(control, 'on');
  for (const name of [...computes, ...members]) await deployment.juju.switchPower(name, 'on');
}
