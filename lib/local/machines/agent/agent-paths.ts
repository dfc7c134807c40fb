import {basename} from 'node:path';

import {getUnitTag} from '#juju';

/** Where a machine sees the charm store, which is bound there read-only. */
export const CHARMS_FOLDER = '/var/lib/juju-charms';

/** Where a machine sees its own Juju folder (`MachineRoom.getJujuFolder`). */
export const JUJU_FOLDER = '/var/lib/juju';

/** Folders that a machine and its host know by different names; others than the usual ones are for tests. */
export interface AgentRoots {
  readonly juju: string;
  readonly charms: string;
}

/** A unit's folders below a Juju folder, as the host or as the machine names that. */
export interface AgentPaths {
  readonly agent: string;
  /** The charm's folder, as the unit sees it. */
  readonly charm: string;
  /** What the charm itself made and changed in it, and what overlayfs needs beside that. */
  readonly upper: string;
  readonly work: string;
  /** The name of the charm that lies below it. */
  readonly charmName: string;
  /** The context id of what runs now. */
  readonly running: string;
  readonly socket: string;
  readonly tools: string;
}

/** A unit's folders. */
export function getAgentPaths(juju: string, unit: string): AgentPaths {
  const tag = getUnitTag(unit);
  const agent = `${juju}/agents/${tag}`;
  return {
    agent,
    charm: `${agent}/charm`,
    upper: `${agent}/overlay/upper`,
    work: `${agent}/overlay/work`,
    charmName: `${agent}/overlay/charm`,
    running: `${agent}/running`,
    socket: `${agent}/agent.socket`,
    tools: `${juju}/tools/${tag}`,
  };
}

/** The name of a charm in the store, which is its folder's. */
export function getCharmName(folder: string): string {
  return basename(folder);
}
