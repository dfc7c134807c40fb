import type {View} from '#charm';

import {hanode} from './endpoints.ts';

/** One unit of this application as a member, or one to be, of the cluster. */
export interface Member {
  readonly unit: string;
  /** Its machine's own name: the name of its node. */
  readonly hostname: string;
  /** Its address on the ring. */
  readonly address: string;
  /** 1000 and the number of the unit, as the Python charm counts. */
  readonly nodeId: number;
  /** Its configuration is done and its Pacemaker answers. */
  readonly isReady: boolean;
  /** MAAS does not know containers, so they cannot be fenced through it (LP 1889094). */
  readonly isContainer: boolean;
}

/** What the view must have of this unit itself. */
export interface Self {
  readonly address: string;
  readonly isUp: boolean;
}

/** This unit and its peers that have said who they are, in the order of their node ids. */
export function getMembers(view: View<unknown, unknown>, self: Self): readonly Member[] {
  const {context, host} = view;
  const own: Member = {
    unit: context.unit,
    hostname: host.hostname,
    address: self.address,
    nodeId: getNodeId(context.unit),
    isReady: self.isUp,
    isContainer: isContainer(context.machineId),
  };
  const peers = hanode.relations(view).flatMap(({remoteUnits}) =>
    remoteUnits.flatMap(({name, data}): Member[] => {
      const {hostname, 'private-address': address, ready, member_ready: memberReady, machine} = data ?? {};
      if (hostname === undefined || address === undefined || ready === undefined) {
        return [];
      }
      const isReady = memberReady !== undefined;
      return [
        {unit: name, hostname, address, nodeId: getNodeId(name), isReady, isContainer: isContainer(machine ?? '')},
      ];
    }),
  );
  return [own, ...peers].sort((a, b) => a.nodeId - b.nodeId);
}

function getNodeId(unit: string): number {
  return 1000 + Number(unit.slice(unit.lastIndexOf('/') + 1));
}

function isContainer(machine: string): boolean {
  return machine.includes('/');
}
