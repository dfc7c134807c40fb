import type {ModelledNode} from '../memory/nodes.ts';
import {describeNode} from '../memory/nodes.ts';
import type {Situation} from './situations.ts';

/** The nodes of a situation as the modelled cluster knows them. */
export function getSituationNodes({cib, members, remotes, running}: Situation): readonly ModelledNode[] {
  const configured = new Map(cib.nodes.map((node) => [node.uname, node]));
  const isUp = (name: string): boolean => (running.get(name) ?? []).some((host) => members.get(host) === 'online');
  const connections = cib.resources
    .filter((one) => one.kind === 'primitive' && one.type === 'remote')
    .map(({id}) => id);
  return [
    ...[...members].map(([name, state], i) => {
      const fields = {name, id: String(i + 1), online: state === 'online', unclean: state === 'unclean'};
      return describeNode({...fields, type: 'member'}, configured);
    }),
    ...connections.map((name) => {
      const online = isUp(name);
      return describeNode({name, id: name, type: 'remote', online, unclean: remotes.has(name) && !online}, configured);
    }),
  ];
}
