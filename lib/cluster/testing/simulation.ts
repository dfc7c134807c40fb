import {makeAttributeSet} from '../build.ts';
import type {Cib} from '../cib.ts';
import {renderCibXml} from '../cib-render.ts';
import {parseCrmMon} from '../crm-mon.ts';
import {isRemoteConnection} from '../memory/nodes.ts';
import {getChild, getChildren, parseXml, renderDocument} from '../xml.ts';
import type {RealTools} from './real-tools.ts';
import type {Situation} from './situations.ts';
import {makeStatusSection} from './status-section.ts';

/** The nodes of each active primitive, sorted. */
export type Places = Readonly<Record<string, readonly string[]>>;

/** What Pacemaker makes of a situation. */
export interface Simulation {
  /** Null when Pacemaker 2.1.5 decides on steps that wait for each other, whatever its connections may do. */
  readonly places: Places | null;
  /** Pacemaker could not carry out what it had decided, so its connections were not allowed to migrate live. */
  readonly isStalled: boolean;
}

/** The CIB of a situation with its status section, as Pacemaker keeps it. */
export function renderSituation(situation: Situation, validateWith = situation.cib.validateWith): string {
  return renderCibXml({...situation.cib, validateWith, status: makeStatusSection(situation)});
}

/** The nodes of primitives, a pair for each node of each instance. */
type Pairs = readonly (readonly [id: string, node: string])[];

function toPlaces(pairs: Pairs): Places {
  const places: Record<string, string[]> = {};
  for (const [id, node] of pairs) (places[id] ??= []).push(node);
  return Object.fromEntries(Object.entries(places).map(([id, names]) => [id, names.toSorted()]));
}

/** What the status programs show, and how many instances they say to be active. */
function readShown(stdout: string): {readonly pairs: Pairs; readonly count: number} {
  const root = parseXml(stdout, 'crm_simulate output');
  const revised = root.children.find(({name}) => name === 'revised_cluster_status');
  if (revised === undefined) throw new Error('crm_simulate shows no revised status');
  const {resources} = parseCrmMon(renderDocument({name: 'crm_mon', attributes: {}, children: revised.children}));
  const counts = getChildren(getChild(revised, 'nodes'), 'node').map((node) => node.attributes['resources_running']);
  return {
    pairs: resources.flatMap(({id, nodes}) => nodes.map((node) => [id, node] as const)),
    count: counts.reduce((sum, count) => sum + Number(count), 0),
  };
}

/** All active instances of the CIB that crm_simulate left, also those that the status programs leave out. */
function readListed(tools: RealTools): Pairs {
  const {stdout} = tools.run('crm_resource', ['--list-cts']);
  const lines = stdout.split('\n').filter((line) => line.startsWith('Resource: primitive '));
  return lines.flatMap((line): Pairs => {
    const [, , , id = '', , , , , host = 'NA'] = line.split(' ');
    return host === 'NA' ? [] : [[id.replace(/:\d+$/, ''), host]];
  });
}

/** Unmanaged groups and clones that are left on a node which is gone count as active there, but are not shown. */
function readPlaces(stdout: string, tools: RealTools): Places {
  const {pairs, count} = readShown(stdout);
  return toPlaces(count === pairs.length ? pairs : readListed(tools));
}

/** Connections that are stopped and started instead of moved as they are. */
function withoutMigration(cib: Cib): Cib {
  const resources = cib.resources.map((resource) => {
    if (resource.kind !== 'primitive' || !isRemoteConnection(resource)) return resource;
    const set = makeAttributeSet(`${resource.id}-migration`, {'allow-migrate': 'false'});
    return {...resource, meta: [...resource.meta, set]};
  });
  return {...cib, resources};
}

/** Where `crm_simulate` has each primitive once it has carried out what the scheduler decides. */
export function simulate(situation: Situation, tools: RealTools, isRepeated = false): Simulation {
  // Reading the schemas would be most of the work; that the CIB conforms to them is another test.
  tools.writeCib(renderSituation(situation, 'none'));
  const args = ['--simulate', '--xml-file', tools.path, '--save-output', tools.path, '--output-as=xml'];
  const {stdout, stderr, exitCode} = tools.run('crm_simulate', args);
  if (exitCode === 0) return {places: readPlaces(stdout, tools), isStalled: isRepeated};
  // It prints the status all the same when it could not walk its own graph.
  if (!stdout.includes('<revised_cluster_status>')) throw new Error(`crm_simulate ended with ${exitCode}: ${stderr}`);
  if (isRepeated) return {places: null, isStalled: true};
  return simulate({...situation, cib: withoutMigration(situation.cib)}, tools, true);
}
