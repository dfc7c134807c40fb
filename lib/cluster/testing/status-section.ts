import type {Primitive, XmlElement} from '../cib.ts';
import {element} from '../cib-render-parts.ts';
import {isRemoteConnection} from '../memory/nodes.ts';
import {compact} from '../values.ts';
import type {Situation} from './situations.ts';

const transition = '1:1:0:00000000-0000-4000-8000-000000000000';

/** A resource that was started on a node, or looked for and not found, as the history of that node has it. */
function historyElement(resource: Primitive, task: 'start' | 'monitor'): XmlElement {
  const {id, class: agentClass, provider, type} = resource;
  const code = task === 'start' ? '0' : '7';
  const operation = {
    id: `${id}_last_0`,
    operation_key: `${id}_${task}_0`,
    operation: task,
    crm_feature_set: '3.16.1',
    'transition-key': transition,
    'transition-magic': `0:${code};${transition}`,
    'call-id': '1',
    'rc-code': code,
    'op-status': '0',
    interval: '0',
    // Of no parameters: otherwise the resource would be taken for redefined, and started anew.
    'op-digest': 'f2317cad3d54cec5d7d7aa7d0bf35cf8',
  };
  const attributes = compact({id, class: agentClass, provider, type});
  return element('lrm_resource', attributes, [element('lrm_rsc_op', operation)]);
}

const states = {
  online: {in_ccm: 'true', crmd: 'online', join: 'member', expected: 'member'},
  offline: {in_ccm: 'false', crmd: 'offline', join: 'down', expected: 'down'},
  unclean: {in_ccm: 'false', crmd: 'offline', join: 'down', expected: 'member'},
} as const;

/** The `<status>` section that Pacemaker would have of a situation. */
export function makeStatusSection({cib, members, remotes, running}: Situation): XmlElement {
  const primitives = cib.resources.filter((resource) => resource.kind === 'primitive');
  const looker = [...members].find(([, state]) => state === 'online')?.[0];
  const ids = new Map(cib.nodes.map(({uname, id}) => [uname, id]));
  const getHistory = (name: string, id: string): XmlElement => {
    const isHere = (primitive: Primitive): boolean => running.get(primitive.id)?.includes(name) === true;
    const here = primitives.filter(isHere).map((primitive) => historyElement(primitive, 'start'));
    // One member has looked for everything: what nobody ever saw, constraints that name a copy's part do not find.
    const probed = name === looker ? primitives.filter((primitive) => !isHere(primitive)) : [];
    const rest = probed.map((primitive) => historyElement(primitive, 'monitor'));
    return element('lrm', {id}, [element('lrm_resources', {}, [...here, ...rest])]);
  };
  const memberStates = [...members].map(([uname, state]) => {
    const id = ids.get(uname) ?? uname;
    return element('node_state', {id, uname, ...states[state]}, [getHistory(uname, id)]);
  });
  const names = primitives.filter(isRemoteConnection).map(({id}) => id);
  const remoteStates = names.map((uname) => {
    const attributes = {remote_node: 'true', id: uname, uname, in_ccm: String(remotes.has(uname)), node_fenced: '0'};
    return element('node_state', attributes, [getHistory(uname, uname)]);
  });
  return element('status', {}, [...memberStates, ...remoteStates]);
}
