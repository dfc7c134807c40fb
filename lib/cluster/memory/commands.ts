import type {Cib} from '../cib.ts';
import {printCrm} from '../crm-print.ts';
import {compareText, freezeDeep} from '../values.ts';
import type {CibadminResult} from './cibadmin.ts';
import {modifyCib, patchCib, queryCib, replaceCib} from './cibadmin.ts';
import type {Author} from './cibs.ts';
import {advance, keepCib} from './cibs.ts';
import {otherPrograms, runOtherProgram} from './other-programs.ts';
import {printMonitorLegacyXml, printMonitorXml} from './print-mon.ts';
import {printMonitor} from './print-status.ts';
import type {SettledPartition} from './settle.ts';
import {settleHosts} from './settle.ts';
import {getSnapshot} from './snapshot.ts';
import type {ClusterCommandOptions, ClusterCommandResult, ClusterHost, ClusterState, ClusterWorld} from './world.ts';

/** The programs that `runClusterCommand` answers for. */
export const clusterCommands: readonly string[] = Object.freeze([
  'cibadmin',
  'crm',
  'crm_mon',
  'crm_node',
  ...otherPrograms,
]);

type Output = Omit<ClusterCommandResult, 'state'>;

const notConnected = 'Transport endpoint is not connected';
const noCib = `Could not connect to the CIB: ${notConnected}\nInit failed, could not perform requested operations\n`;
const noLauncher =
  'error: Could not connect to launcher: Connection refused\ncrm_mon: Connection to cluster failed: Connection refused\n';

function output(stdout: string): Output {
  return {exitCode: 0, stdout, stderr: ''};
}

function notModelled(program: string, args: readonly string[]): Output {
  return {exitCode: 127, stdout: '', stderr: `not modelled: ${[program, ...args].join(' ')}\n`};
}

/** What a program prints when no cluster runs on its host. */
function printDown(program: string, args: readonly string[]): Output {
  const crmError = `ERROR: running cibadmin -Ql: ${noCib}\n`;
  if (program === 'cibadmin') return {exitCode: 102, stdout: '', stderr: noCib};
  if (program === 'crm_mon') return {exitCode: 102, stdout: '', stderr: noLauncher};
  if (args[0] === 'status') return {exitCode: 1, stdout: '', stderr: `ERROR: status: crm_mon (rc=102): ${noLauncher}`};
  if (args[0] === 'configure') {
    return {exitCode: 1, stdout: '', stderr: `ERROR: configure: Missing requirements\n${crmError}`};
  }
  return {exitCode: 1, stdout: '', stderr: crmError};
}

const monitorForms: ReadonlyMap<string, 'xml' | 'legacy' | 'text' | 'all'> = new Map([
  ['--output-as=xml', 'xml'],
  ['--output-as xml', 'xml'],
  ['-X', 'legacy'],
  ['--as-xml', 'legacy'],
  ['-1', 'text'],
  ['--one-shot', 'text'],
  ['-1 -r', 'all'],
  ['-1r', 'all'],
  ['-r -1', 'all'],
  ['-1 --inactive', 'all'],
]);

function runMonitor(args: readonly string[], settled: SettledPartition, now: string): Output {
  const form = monitorForms.get(args.join(' '));
  if (form === undefined) return notModelled('crm_mon', args);
  const snapshot = getSnapshot(settled, now);
  if (form === 'xml') return output(printMonitorXml(snapshot));
  return output(form === 'legacy' ? printMonitorLegacyXml(snapshot) : printMonitor(snapshot, form === 'all'));
}

/** crmsh prints what the status section says of a remote node behind its name, and calls it a member. */
function describeNode(node: SettledPartition['nodes'][number]): string {
  const id = node.id === node.name ? '' : `(${node.id})`;
  const line = `${node.name}${id}: member${node.online ? '' : '(offline)'}\n`;
  return node.type === 'remote' ? `${line}\tremote_node: true\n\tin_ccm: ${node.online}\n\tnode_fenced: 0\n` : line;
}

const listNotice =
  'WARNING: This command \'list\' is deprecated, please use \'show\'\nINFO: "list" is accepted as "show"\n';

function listNodes({nodes}: SettledPartition): string {
  const sorted = nodes.toSorted((a, b) => compareText(a.name, b.name));
  return sorted.map(describeNode).join('');
}

function getNames(cib: Cib): ReadonlySet<string> {
  const lists = [cib.resources, cib.constraints, cib.tags, cib.alerts, cib.properties, cib.rscDefaults, cib.opDefaults];
  const ids = [...lists.flat(), ...cib.nodes].map(({id}) => id);
  return new Set([...ids, ...cib.nodes.map(({uname}) => uname), 'fencing_topology']);
}

function showConfiguration(cib: Cib, ids: readonly string[]): Output {
  const names = getNames(cib);
  const missing = ids.filter((id) => !names.has(id));
  if (missing.length === 0) return output(printCrm(cib, ids.length === 0 ? undefined : ids));
  return {exitCode: 1, stdout: '', stderr: missing.map((id) => `ERROR: object ${id} does not exist\n`).join('')};
}

function runConfigure(args: readonly string[], {cib}: SettledPartition): Output | null {
  const [verb, ...ids] = args;
  if (verb !== 'show') return null;
  return ids.join(' ') === 'xml' ? output(queryCib({...cib, status: null}).stdout) : showConfiguration(cib, ids);
}

function runCrm(args: readonly string[], settled: SettledPartition, now: string): Output {
  const [level, ...rest] = args;
  const words = args.join(' ');
  if (words === 'status') return output(`${printMonitor(getSnapshot(settled, now), true)}\n`);
  if (words === 'node list') return output(listNotice + listNodes(settled));
  if (words === 'node show') return output(listNodes(settled));
  const shown = level === 'configure' ? runConfigure(rest, settled) : null;
  return shown ?? notModelled('crm', args);
}

const writers = {replace: replaceCib, patch: patchCib, modify: modifyCib} as const;

const cibadminForms: ReadonlyMap<string, 'query' | keyof typeof writers> = new Map([
  ['--query', 'query'],
  ['-Q', 'query'],
  ['-Ql', 'query'],
  ['--replace --xml-pipe', 'replace'],
  ['-R -p', 'replace'],
  ['--patch --xml-pipe', 'patch'],
  ['-P -p', 'patch'],
  ['--modify --allow-create --xml-pipe', 'modify'],
]);

/** What a program that writes the CIB has to do with. */
interface Writing {
  readonly settled: SettledPartition;
  readonly world: ClusterWorld;
  readonly stdin: string;
}

function getAuthor(client: string, {host, now}: ClusterWorld): Author {
  return {client, host, now};
}

function runCibadmin(args: readonly string[], writing: Writing): CibadminResult {
  const [verb = '', source, text = ''] = args;
  // The same in an operator's hands: the XML as an argument.
  if (source === '--xml-text') return runCibadmin([verb, '--xml-pipe', ...args.slice(3)], {...writing, stdin: text});
  const {settled, stdin, world} = writing;
  const author = getAuthor('cibadmin', world);
  const form = cibadminForms.get(args.join(' '));
  if (form === undefined) return notModelled('cibadmin', args);
  if (form === 'query') return {exitCode: 0, stdout: settled.text, stderr: ''};
  return writers[form](settled.cib, stdin, author);
}

/** The state in which all members of a partition have a new CIB, and the cluster has come to rest with it. */
function keep(cib: Cib, settled: SettledPartition, state: ClusterState, world: ClusterWorld): ClusterState {
  const text = keepCib(freezeDeep(cib));
  const cibs = {...state.cibs};
  for (const {host} of settled.partition.members) cibs[host.name] = text;
  return settleHosts(world.hosts, {...state, cibs}, world.now).state;
}

/** `corosync-cfgtool -R` on one member has all of them read their files again, the key's too (seen with Corosync 3.1.7). */
function reloadKeys({partition}: SettledPartition, state: ClusterState, world: ClusterWorld): ClusterState {
  const members = new Set(partition.members.map(({host}) => host.name));
  const files = world.hosts.flatMap(({name, corosyncKey}) =>
    members.has(name) && corosyncKey !== null ? [[name, corosyncKey] as const] : [],
  );
  return settleHosts(world.hosts, {...state, keys: {...state.keys, ...Object.fromEntries(files)}}, world.now).state;
}

/** `crm_node --force --remove NAME`: the node goes from the configuration; one that is a member is back at once. */
function removeNode(args: readonly string[], {settled: {cib}, world}: Writing): CibadminResult {
  const [force, remove, name] = args;
  if (force !== '--force' || remove !== '--remove' || name === undefined) return notModelled('crm_node', args);
  const nodes = cib.nodes.filter(({uname}) => uname !== name);
  return {
    ...output(''),
    ...(nodes.length === cib.nodes.length ? {} : {cib: advance({...cib, nodes}, getAuthor('crm_node', world))}),
  };
}

function runOther(
  program: string,
  args: readonly string[],
  {settled, state, world}: {settled: SettledPartition; state: ClusterState; world: ClusterWorld},
): ClusterCommandResult {
  const after = program === 'corosync-cfgtool' ? reloadKeys(settled, state, world) : state;
  return {...(runOtherProgram(program, args) ?? notModelled(program, args)), state: after};
}

/** The cluster after its hosts changed: daemons started or stopped, configurations or keys were replaced. */
export function settleCluster(hosts: readonly ClusterHost[], state: ClusterState, now: string): ClusterState {
  return settleHosts(hosts, state, now).state;
}

/**
 * Runs one of `clusterCommands` on a host of the modelled cluster. Prints what Pacemaker 2.1 and crmsh 4.4 print; anything
 * not modelled says so and ends with 127. The cluster comes to rest before the command and after it.
 */
export function runClusterCommand(
  program: string,
  args: readonly string[],
  options: ClusterCommandOptions,
  world: ClusterWorld,
): ClusterCommandResult {
  if (!clusterCommands.includes(program)) return {...notModelled(program, args), state: world.state};
  const {state, partitions} = settleHosts(world.hosts, world.state, world.now);
  const settled = partitions.find(({partition}) => partition.members.some(({host}) => host.name === world.host));
  if (settled === undefined) return {...printDown(program, args), state};
  if (program === 'crm_mon') return {...runMonitor(args, settled, world.now), state};
  if (program === 'crm') return {...runCrm(args, settled, world.now), state};
  if (otherPrograms.includes(program)) return runOther(program, args, {settled, state, world});
  const writer = program === 'crm_node' ? removeNode : runCibadmin;
  const {cib, ...result} = writer(args, {settled, world, stdin: options.stdin ?? ''});
  return {...result, state: cib === undefined ? state : keep(cib, settled, state, world)};
}
