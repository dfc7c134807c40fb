import {blocked, describeRelationProblem, type Status, type View} from '#charm';

import {hanode, type PeerData} from './endpoints.ts';
import type {Facts} from './facts.ts';
import type {HeldKeys} from './ring-key.ts';

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
  /** What it has of the ring's keys. */
  readonly keys: HeldKeys;
  /** MAAS does not know containers, so they cannot be fenced through it (LP 1889094). */
  readonly isContainer: boolean;
}

/** What the view must have of this unit itself. */
export interface Self {
  readonly address: string;
  readonly isUp: boolean;
  readonly keys: HeldKeys;
}

export interface Members {
  /** This unit and its peers that have said who they are, in the order of their node ids. */
  readonly known: readonly Member[];
  /** Units of this application, seen or still to come, that have not said who they are in a way that can be used. */
  readonly unknown: readonly string[];
  readonly problems: readonly Status[];
}

/** Who is a member, or is to be one. A unit is one until it is seen to go, whatever it says. */
export function getMembers(view: View<unknown, Pick<Facts, 'goals'>>, self: Self): Members {
  const {context, host} = view;
  const own: Member = {
    unit: context.unit,
    hostname: host.hostname,
    address: self.address,
    nodeId: getNodeId(context.unit),
    isReady: self.isUp,
    keys: self.keys,
    isContainer: isContainer(context.machineId),
  };
  const relations = hanode.relations(view);
  const peers = relations.flatMap(({remoteUnits}) => remoteUnits.flatMap(({name, data = {}}) => toMember(name, data)));
  const known = [own, ...peers].sort((a, b) => a.nodeId - b.nodeId);
  const seen = relations.flatMap(({remoteUnits}) => remoteUnits.map(({name}) => name));
  const names = new Set(known.map(({unit}) => unit));
  return {
    known,
    unknown: [...new Set([...seen, ...(view.facts.goals?.members ?? [])])].filter((unit) => !names.has(unit)).sort(),
    problems: [...getProblems(relations), ...checkTwins(known)],
  };
}

function toMember(unit: string, data: PeerData): Member[] {
  const {hostname, 'private-address': address, ready, member_ready: memberReady, machine} = data;
  return hostname === undefined || address === undefined || ready === undefined
    ? []
    : [
        {
          unit,
          hostname,
          address,
          nodeId: getNodeId(unit),
          isReady: memberReady !== undefined,
          keys: {
            live: data['corosync-key-live'],
            next: data['corosync-key-next'],
            loaded: data['corosync-key-loaded'],
          },
          // One that does not say (the Python charm's did not) is taken for one MAAS does not know, as that charm took all.
          isContainer: machine === undefined || isContainer(machine),
        },
      ];
}

function getProblems(relations: ReturnType<typeof hanode.relations>): readonly Status[] {
  return relations.flatMap((relation) =>
    relation.remoteUnits.flatMap(({name, problems = []}) =>
      problems.map((problem) => blocked(describeRelationProblem(relation, name, problem))),
    ),
  );
}

/** Two nodes with one name or one address would not be a ring. */
function checkTwins(known: readonly Member[]): readonly Status[] {
  return known.flatMap(({unit, hostname, address}, index) => {
    const twin = known.slice(0, index).find((other) => other.hostname === hostname || other.address === address);
    if (twin === undefined) {
      return [];
    }
    const what = twin.hostname === hostname ? `the host name ${hostname}` : `the address ${address}`;
    return [blocked(`relation hanode, units ${twin.unit} and ${unit}: both have ${what}`)];
  });
}

/** A unit's node id. */
export function getNodeId(unit: string): number {
  return 1000 + Number(unit.slice(unit.lastIndexOf('/') + 1));
}

function isContainer(machine: string): boolean {
  return machine.includes('/');
}
