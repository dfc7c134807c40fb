import type {ClusterStatus, NodeState, ResourceState} from './port.ts';
import {compact, freezeDeep} from './values.ts';

/** What `crm status` says: all of `ClusterStatus` that the text shows, and the numbers of its summary. */
export interface CrmStatus extends ClusterStatus {
  readonly nodesConfigured: number;
  readonly resourcesConfigured: number;
}

interface Line {
  readonly text: string;
  /** Depth of the list item; the old format has two levels, the new one more. */
  readonly indent: number;
}

/** Both formats as one: no bullets, no tabs, single blanks. */
function getLines(text: string): readonly Line[] {
  return text.split('\n').flatMap((raw) => {
    const indent = /^\s*/.exec(raw)?.[0].length ?? 0;
    const plain = raw.trim().replace(/^\* /, '').replace(/\s+/g, ' ');
    return plain === '' ? [] : [{text: plain, indent}];
  });
}

const noNode = {standby: false, maintenance: false, pending: false, unclean: false, shutdown: false};

function getNames(list: string): readonly string[] {
  return list.split(' ').filter((name) => name !== '');
}

function getListedNodes(text: string): readonly NodeState[] {
  const match = /^(Online|OFFLINE|RemoteOnline|RemoteOFFLINE|GuestOnline): \[ (.*) \]$/.exec(text);
  if (match === null) return [];
  const [, kind = '', names = ''] = match;
  const type = /^(Remote|Guest)/.test(kind) ? ('remote' as const) : ('member' as const);
  return getNames(names).map((name) => ({...noNode, name, id: '', type, online: kind.endsWith('Online')}));
}

/** A node that is neither plainly online nor offline has a line of its own. */
function getSingleNode(text: string): readonly NodeState[] {
  const match = /^(Remote|Guest)?Node (\S+): (.*)$/.exec(text);
  if (match === null) return [];
  const [, kind, name = '', state = ''] = match;
  const isDown = /offline/i.test(state);
  return [
    {
      name,
      id: '',
      type: kind === undefined ? 'member' : 'remote',
      online: !isDown && !/^pending/.test(state),
      standby: /standby/.test(state),
      maintenance: /maintenance/.test(state),
      pending: /pending/.test(state),
      unclean: /UNCLEAN/.test(state),
      shutdown: /shutdown/.test(state),
    },
  ];
}

interface Flags {
  readonly managed: boolean;
  readonly failed: boolean;
  readonly orphaned: boolean;
  readonly blocked: boolean;
}

function getFlags(text: string): Flags {
  return {
    managed: !/unmanaged|\(maintenance\)/.test(text),
    failed: /FAILED/.test(text),
    orphaned: /ORPHANED/.test(text),
    blocked: /blocked/.test(text),
  };
}

interface Scope {
  readonly group?: string | undefined;
  readonly clone?: string | undefined;
  /** The primitive that a clone's list lines are about. */
  readonly cloned?: string | undefined;
  readonly indent: number;
}

function getPrimitive(line: Line, scope: Scope): readonly ResourceState[] {
  const match = /^(\S+) \(([^()\s]+)\): ?(.*)$/.exec(line.text);
  if (match === null) return [];
  const [, id = '', agent = '', rest = ''] = match;
  const state = rest.replace(/\([^)]*\)|FAILED|ORPHANED/g, ' ').trim();
  const [, role = '', nodes = ''] = /^(\S+)(?: (.*))?$/.exec(state) ?? [];
  return [
    compact({
      id: id.replace(/:\d+$/, ''),
      agent: agent.replace('::', ':'),
      role,
      nodes: getNames(nodes.replace(/[[\]]/g, '')),
      ...getFlags(rest),
      group: scope.group,
      clone: scope.clone,
    }),
  ];
}

/** `Started: [ a b ]` below a clone: one instance a node. Stopped ones are instances without a node. */
function getInstances(line: Line, scope: Scope): readonly ResourceState[] {
  const match = /^([A-Z][a-z]+): \[ (.*) \]$/.exec(line.text);
  if (match === null || scope.clone === undefined || scope.cloned === undefined) return [];
  const [, written = '', names = ''] = match;
  const role = written.replace(/^(Master|Slave)s$/, '$1');
  const {clone, cloned: id} = scope;
  return getNames(names).map((name) => ({
    id,
    agent: '',
    role,
    nodes: role === 'Stopped' ? [] : [name],
    ...getFlags(''),
    clone,
  }));
}

const top: Scope = {indent: -1};

function nextScope(line: Line, scope: Scope): Scope {
  const outer = line.indent <= scope.indent ? top : scope;
  const group = /^Resource Group: (\S+?):?(?: \(.*\))?$/.exec(line.text)?.[1];
  if (group !== undefined)
    return {
      ...outer,
      group: group.replace(/:\d+$/, ''),
      indent: outer.clone === undefined ? line.indent : outer.indent,
    };
  const clone = /^(?:Clone Set|Master\/Slave Set): (\S+) \[(\S+)\]/.exec(line.text);
  if (clone !== null) return {clone: clone[1], cloned: clone[2], indent: line.indent};
  return outer;
}

function getResources(lines: readonly Line[]): readonly ResourceState[] {
  let scope = top;
  return lines.flatMap((line) => {
    scope = nextScope(line, scope);
    return [...getPrimitive(line, scope), ...getInstances(line, scope)];
  });
}

/** The lines of the resource list: behind its title, before what may follow it. */
function getResourceLines(lines: readonly Line[]): readonly Line[] {
  const start = lines.findIndex((line) =>
    /^(Full List of Resources|Full list of resources|Active Resources|Active resources):$/.test(line.text),
  );
  const rest = start === -1 ? [] : lines.slice(start + 1);
  const end = rest.findIndex((line) =>
    /^(Failed |Migration Summary|Node Attributes|Pending Fencing|Daemon Status)/.test(line.text),
  );
  return end === -1 ? rest : rest.slice(0, end);
}

function getNumber(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

/**
 * Reads what `crm status` (and `crm_mon -1 -r`) prints, Pacemaker 1.1 and 2.1 alike, into one value. Agents of cloned
 * primitives are not in the text and read as empty, as are node ids.
 */
export function parseCrmStatus(text: string): CrmStatus {
  const lines = getLines(text);
  const plain = lines.map((line) => line.text).join('\n');
  const dc = /^Current DC: (\S+)(?: \(version (\S+)\))?(.*)$/m.exec(plain);
  const name = dc?.[1] ?? 'NONE';
  const resourceLines = getResourceLines(lines);
  const head =
    resourceLines.length === 0 ? lines : lines.slice(0, lines.indexOf(resourceLines[0] ?? {text: '', indent: 0}));
  return freezeDeep({
    dc: name === 'NONE' ? null : name,
    quorate: /partition with quorum/.test(dc?.[3] ?? ''),
    pacemakerVersion: dc?.[2] ?? '',
    nodesConfigured: getNumber(plain, /^(\d+) nodes? configured/m),
    resourcesConfigured: getNumber(plain, /^(\d+) resource(?:s| instances?) configured/m),
    nodes: head.flatMap((line) => [...getListedNodes(line.text), ...getSingleNode(line.text)]),
    resources: getResources(resourceLines),
  });
}
