import {makeAttributeSet} from '../build.ts';
import type {Cib} from '../cib.ts';
import {renderCibXml} from '../cib-render.ts';
import {parseCrmMon} from '../crm-mon.ts';
import {isRemoteConnection} from '../memory/nodes.ts';
import {parseXml, renderDocument} from '../xml.ts';
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

function readPlaces(stdout: string): Places {
  const root = parseXml(stdout, 'crm_simulate output');
  const revised = root.children.find(({name}) => name === 'revised_cluster_status');
  if (revised === undefined) throw new Error('crm_simulate shows no revised status');
  const {resources} = parseCrmMon(renderDocument({name: 'crm_mon', attributes: {}, children: revised.children}));
  const places: Record<string, string[]> = {};
  for (const {id, nodes} of resources) if (nodes.length > 0) (places[id] ??= []).push(...nodes);
  return Object.fromEntries(Object.entries(places).map(([id, names]) => [id, names.toSorted()]));
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
  const args = ['--simulate', '--xml-file', tools.path, '--output-as=xml'];
  const {stdout, stderr, exitCode} = tools.run('crm_simulate', args);
  if (exitCode === 0) return {places: readPlaces(stdout), isStalled: isRepeated};
  // It prints the status all the same when it could not walk its own graph.
  if (!stdout.includes('<revised_cluster_status>')) throw new Error(`crm_simulate ended with ${exitCode}: ${stderr}`);
  if (isRepeated) return {places: null, isStalled: true};
  return simulate({...situation, cib: withoutMigration(situation.cib)}, tools, true);
}
