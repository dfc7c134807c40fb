import {getOnline} from '../machines/cluster.ts';
import {isOver, type ComputeService} from './cloud.ts';
import type {Stage} from './stage.ts';

const UNIT_FILES = ['pacemaker_remote', 'nova-compute'].map((name) => `/lib/systemd/system/${name}.service`);

/** What a story does to them is undone: a copy is kept the first time. */
export const KEEP_UNIT_FILES = `for file in ${UNIT_FILES.join(' ')}; do cp --no-clobber "$file" "$file.kept"; done`;

const RESTORE = `
for file in ${UNIT_FILES.join(' ')}; do
  if [ -e "$file.kept" ]; then mv "$file.kept" "$file"; fi
done
systemctl daemon-reload
systemctl try-restart masakari-host-monitor masakari-instance-monitor
`;

/** What hacluster's README calls the property set with that record. */
const LOSSES = 'fencing-losses';

/** Options that stories change, as all others have them. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  masakari: {'notify-after-fencing': 'true', 'evacuation-delay': '0'},
  'masakari-monitors': {'enable-host-monitor': 'false'},
  'pacemaker-remote': {'enable-stonith': 'true'},
};

/**
 * Whatever a story did or left undone, the next finds everything as it was: machines on, nodes online, computes enabled, no guest, no
 * segment, no notification under way, and host monitors that know of nothing that was.
 */
export async function putWorldBack(stage: Stage): Promise<void> {
  const {deployment} = stage;
  const {computes, members} = deployment;
  stage.stopClock();
  await deployment.maas.end();
  for (const {machine} of computes) await deployment.room.setLinks(machine, true);
  for (const name of new Set([...computes.map((compute) => compute.name), ...(await getHostsOfMembers(stage))])) {
    if ((await deployment.juju.readPower(name)) === 'off') await deployment.juju.switchPower(name, 'on');
  }
  await forgetLosses(stage);
  await stage.phase('every node of the cluster is online', 300, async () => {
    const status = await deployment.readCluster();
    const wanted = [members.map(({name}) => name), computes.map(({name}) => name)].flat().sort();
    const online = [...getOnline(status, 'member'), ...getOnline(status, 'remote')].sort();
    if (wanted.join() === online.join()) return true;
    throw new Error(`online are ${online.join(' ')}`);
  });
  // An option starts Masakari's engine anew, and a recovery that is killed by that is never gone on with.
  await waitForMasakari(stage);
  await setOptions(stage);
  await enableComputes(stage);
  await removeGuests(stage);
  await removeSegments(stage);
  for (const {machine} of computes) await deployment.room.run(machine, ['sh', '-ec', RESTORE]);
}

/**
 * Whom the cluster takes for lost and may not fence it would never connect to again, though its network is back. And what is on record of
 * those that were lost would make one too many of a compute that the next story loses, so that it is held.
 */
async function forgetLosses({deployment}: Stage): Promise<void> {
  const {machine} = await deployment.getLivingMember();
  const {nodes} = await deployment.readCluster();
  const lost = nodes.filter(({type, unclean}) => type === 'remote' && unclean);
  const confirmations = lost.map(({name}) => ['stonith_admin', '--confirm', name]);
  const forget = ['cibadmin', '--delete', '--xml-text', `<cluster_property_set id="${LOSSES}"/>`];
  for (const command of [...confirmations, forget]) {
    const {exitCode, stderr} = await deployment.room.run(machine, command);
    if (exitCode !== 0) throw new Error(`${command.join(' ')} failed: ${stderr.trim()}`);
  }
}

async function setOptions(stage: Stage): Promise<void> {
  for (const [application, options] of Object.entries(OPTIONS)) {
    const wrong: Record<string, string> = {};
    for (const [key, value] of Object.entries(options)) {
      const {juju} = stage.deployment;
      const now = (await juju.must('config', '-m', juju.name, application, key)).trim();
      if (now.toLowerCase() !== value) wrong[key] = value;
    }
    if (Object.keys(wrong).length > 0) await stage.configure('Options are as before again.', application, wrong);
  }
}

/** Names of machines that members are on. */
async function getHostsOfMembers({deployment}: Stage): Promise<readonly string[]> {
  const {machines} = await deployment.juju.readStatus();
  return deployment.members.map(({host}) => machines[host]?.hostname ?? '').filter((name) => name !== '');
}

/** A service that is enabled while it is down keeps its mark in Placement for a while: first it is up, then it is enabled. */
async function enableComputes(stage: Stage): Promise<void> {
  const restarted = new Set<string>();
  const services = await stage.phase('nova-compute is up everywhere', 180, async () => {
    const found = await stage.cloud.listComputeServices();
    for (const service of found.filter(({forced_down: isForced}) => isForced)) await forceUp(stage, service, restarted);
    const down = found.filter(({state}) => state !== 'up').map(({host}) => host);
    if (down.length > 0) throw new Error(`down: ${down.join(' ')}`);
    await requireHypervisors(stage);
    return found;
  });
  for (const service of services) if (service.status !== 'enabled') await stage.cloud.enableService(service);
}

/** After a deployment a nova-compute is up for half a minute before Nova's scheduler has found it. */
async function requireHypervisors({cloud, deployment}: Stage): Promise<void> {
  const found = await cloud.listHypervisors();
  const missing = deployment.computes.map(({name}) => name).filter((name) => !found.includes(name));
  if (missing.length > 0) throw new Error(`guests cannot be started on: ${missing.join(' ')}`);
}

/** What Nova was told to hold for down it holds for up again. One that does not let it was started before its guests were evacuated. */
async function forceUp({cloud, deployment}: Stage, service: ComputeService, restarted: Set<string>): Promise<void> {
  try {
    await cloud.forceUp(service);
  } catch (error) {
    if (!restarted.has(service.host)) {
      restarted.add(service.host);
      const {machine} = deployment.getCompute(service.host);
      await deployment.room.run(machine, ['systemctl', 'restart', 'nova-compute']);
    }
    throw error;
  }
}

async function removeGuests(stage: Stage): Promise<void> {
  for (const server of await stage.cloud.listServers()) await stage.cloud.deleteServer(server);
  await stage.phase('no guest is left', 120, async () => {
    const left = await stage.cloud.listServers();
    if (left.length === 0) return true;
    throw new Error(left.map(({name, status}) => `${name} is ${status}`).join(', '));
  });
}

const MASAKARI_S = 420;

async function waitForMasakari(stage: Stage): Promise<void> {
  await stage.phase('Masakari has nothing to do', MASAKARI_S, () => checkIdle(stage));
}

async function checkIdle({cloud}: Stage): Promise<true> {
  const open = (await cloud.listNotifications()).filter((notification) => !isOver(notification));
  if (open.length === 0) return true;
  throw new Error(open.map(({type, status}) => `a notification of type ${type} is ${status}`).join(', '));
}

/** Masakari refuses to change a segment while it works on a notification about it; a monitor may send one at any time. */
async function removeSegments(stage: Stage): Promise<void> {
  await stage.phase('Masakari has nothing to do, and no segment', MASAKARI_S, async () => {
    await checkIdle(stage);
    for (const segment of await stage.cloud.listSegments()) {
      for (const host of await stage.cloud.listHosts(segment)) await stage.cloud.deleteHost(segment, host);
      await stage.cloud.deleteSegment(segment);
    }
    return true;
  });
}
