import type {XmlElement} from './cib.ts';
import {ClusterSyntaxError} from './errors.ts';
import type {ClusterStatus, NodeState, ResourceState} from './port.ts';
import {compact, freezeDeep} from './values.ts';
import {getChild, getChildren, parseXml} from './xml.ts';

function isTrue(element: XmlElement, name: string): boolean {
  return element.attributes[name] === 'true';
}

function readNode(element: XmlElement): NodeState {
  const {name = '', id = '', type} = element.attributes;
  return {
    name,
    id,
    type: type === 'remote' || type === 'guest' ? 'remote' : 'member',
    online: isTrue(element, 'online'),
    standby: isTrue(element, 'standby'),
    maintenance: isTrue(element, 'maintenance'),
    pending: isTrue(element, 'pending'),
    unclean: isTrue(element, 'unclean'),
    shutdown: isTrue(element, 'shutdown'),
  };
}

/** What a resource is inside of. */
interface Holders {
  readonly group?: string;
  readonly clone?: string;
}

/** An instance of a cloned group is called by the group's id, a colon and a number. */
function withoutInstance(id: string): string {
  return id.replace(/:\d+$/, '');
}

function readResource(element: XmlElement, holders: Holders): ResourceState {
  const {id = '', resource_agent: agent = '', role = ''} = element.attributes;
  return compact({
    id: withoutInstance(id),
    agent: agent.replace('::', ':'),
    role,
    nodes: getChildren(element, 'node').map((node) => node.attributes['name'] ?? ''),
    managed: isTrue(element, 'managed'),
    failed: isTrue(element, 'failed'),
    orphaned: isTrue(element, 'orphaned'),
    blocked: isTrue(element, 'blocked'),
    group: holders.group,
    clone: holders.clone,
  });
}

function readResources(parent: XmlElement, holders: Holders): readonly ResourceState[] {
  return parent.children.flatMap((child): readonly ResourceState[] => {
    const id = withoutInstance(child.attributes['id'] ?? '');
    switch (child.name) {
      case 'resource':
        return [readResource(child, holders)];
      case 'group':
        return readResources(child, {...holders, group: id});
      case 'clone':
      case 'bundle':
        return readResources(child, {...holders, clone: id});
      case 'replica':
        return readResources(child, holders);
      default:
        return [];
    }
  });
}

/** What stands before and behind the time at which `crm_mon` looked. */
interface Timeless {
  readonly head: string;
  readonly tail: string;
}

/** The last text and what it said: a state that has not changed is asked for again and again, at another time. */
let last: (Timeless & {readonly status: ClusterStatus}) | null = null;

function withoutTime(text: string): Timeless {
  const start = text.indexOf('<last_update ');
  const end = text.indexOf('/>', start);
  return start === -1 || end === -1 ? {head: text, tail: ''} : {head: text.slice(0, start), tail: text.slice(end)};
}

/**
 * The state of the cluster as `crm_mon --output-as=xml` (or `-X`) of Pacemaker 1.1 to 2.1 prints it.
 *
 * @throws ClusterSyntaxError when it is no such output.
 */
export function parseCrmMon(text: string): ClusterStatus {
  const {head, tail} = withoutTime(text);
  if (last?.head === head && last.tail === tail) return last.status;
  const status = readStatus(text);
  last = {head, tail, status};
  return status;
}

function readStatus(text: string): ClusterStatus {
  const root = parseXml(text, 'crm_mon output');
  if (root.name !== 'pacemaker-result' && root.name !== 'crm_mon') {
    throw new ClusterSyntaxError('crm_mon output', 'neither <pacemaker-result> nor <crm_mon>', {line: 1, column: 1});
  }
  const dc = getChild(getChild(root, 'summary'), 'current_dc');
  const resources = getChild(root, 'resources');
  return freezeDeep({
    dc: dc !== null && isTrue(dc, 'present') ? (dc.attributes['name'] ?? null) : null,
    quorate: dc !== null && isTrue(dc, 'with_quorum'),
    pacemakerVersion: dc?.attributes['version'] ?? '',
    nodes: getChildren(getChild(root, 'nodes'), 'node').map(readNode),
    resources: resources === null ? [] : readResources(resources, {}),
  });
}
