import type {Cloud, ComputeService, SegmentHost} from './cloud.ts';
import {isDisabledByOthers} from './protection.ts';

/** What is so of a host at one moment. */
export interface ReturnFacts {
  /** Null where Nova knows no nova-compute of it. */
  readonly service: ComputeService | null;
  /** Null where it is in no segment. */
  readonly host: SegmentHost | null;
  /** Masakari works on a notification of it. */
  readonly isRecovering: boolean;
  /** A fence of it is not with Masakari yet, as far as this member knows. */
  readonly hasFence: boolean;
  /** A member of the cluster holds a connection to it. */
  readonly isConnected: boolean;
}

/** What earlier looks have shown. */
export interface ReturnMemory {
  /** When Nova's record of its nova-compute had last changed as it was first looked at; undefined before. */
  readonly firstUpdate?: number | null;
  /** That record has changed since, or it is up: so nova-compute runs. */
  readonly hasReported: boolean;
  /** It may have been enabled while it was down, and so still have the mark in Placement by which the scheduler passes it over. */
  readonly isMarked: boolean;
}

export const NOTHING_SEEN: ReturnMemory = {hasReported: false, isMarked: false};

/** A change on the way back. */
export type Change = 'force up' | 'disable' | 'enable' | 'end maintenance';

/** What is next on the way back. */
export type NextStep =
  | {readonly kind: 'refuse'; readonly reason: string}
  | {readonly kind: 'wait'; readonly reason: string; readonly remedy: string}
  | {readonly kind: 'change'; readonly change: Change}
  | {readonly kind: 'done'};

/** What is known after another look. */
export function remember(memory: ReturnMemory, {service, host}: ReturnFacts): ReturnMemory {
  if (service === null) {
    return memory;
  }
  const {updatedAt, isUp, isEnabled, isForcedDown} = service;
  if (memory.firstUpdate === undefined) {
    const isAside = isForcedDown || !isUp || host?.isOnMaintenance === true;
    return {firstUpdate: updatedAt, hasReported: isUp, isMarked: isEnabled && isAside};
  }
  return {...memory, hasReported: memory.hasReported || isUp || updatedAt !== memory.firstUpdate};
}

/**
 * The one order that works. Until a nova-compute has been started after an evacuation Nova does not let its host up; what is enabled while
 * it is down keeps its mark in Placement; and whoever is in maintenance in its segment is not recovered when it fails again, nor does
 * Masakari take what its monitors say of it meanwhile, so that comes last.
 */
export function decideStep(name: string, facts: ReturnFacts, memory: ReturnMemory): NextStep {
  const {service} = facts;
  if (service === null) {
    return refuse(`Nova knows no nova-compute on ${name}: its names are in "openstack compute service list"`);
  }
  return getRefusal(service, facts) ?? getWait(facts, memory) ?? getChange(service, facts, memory);
}

function getRefusal(service: ComputeService, {isRecovering, hasFence}: ReturnFacts): NextStep | null {
  const name = service.host;
  if (isDisabledByOthers(service)) {
    const reason = service.disabledReason.replaceAll(/[\p{C}\s]+/gu, ' ').slice(0, 100);
    return refuse(
      `${name} was disabled for another reason than its failure (${reason}): ` +
        `if that is over, "openstack compute service set --enable ${name} nova-compute", then run return-host again`,
    );
  }
  if (hasFence) {
    return refuse(
      `a fence of ${name} is not delivered to Masakari yet: "journalctl -t masakari-fencing-alert" on this unit says why; ` +
        'run return-host again when it is',
    );
  }
  return isRecovering
    ? refuse(
        `Masakari still works on a notification of ${name}: ` +
          'run return-host again when "openstack notification list" has it as finished or failed',
      )
    : null;
}

function getWait({isConnected}: ReturnFacts, {hasReported}: ReturnMemory): NextStep | null {
  if (!hasReported) {
    return wait('its nova-compute does not report to Nova', 'power the host on and start nova-compute there');
  }
  return isConnected
    ? null
    : wait(
        'the cluster of this unit is not connected to it',
        'start pacemaker_remote there, and look at "crm status" on this unit',
      );
}

function getChange(service: ComputeService, {host}: ReturnFacts, {isMarked}: ReturnMemory): NextStep {
  const isReserved = host?.isReserved === true;
  if (service.isForcedDown) {
    return change('force up');
  }
  if (!service.isUp) {
    return wait('its nova-compute is not up yet', 'look at the log of nova-compute there');
  }
  if (!isReserved && !service.isEnabled) {
    return change('enable');
  }
  if (!isReserved && isMarked) {
    return change('disable');
  }
  return host?.isOnMaintenance === true ? change('end maintenance') : {kind: 'done'};
}

function refuse(reason: string): NextStep {
  return {kind: 'refuse', reason};
}

function wait(reason: string, remedy: string): Extract<NextStep, {kind: 'wait'}> {
  return {kind: 'wait', reason, remedy};
}

function change(what: Change): NextStep {
  return {kind: 'change', change: what};
}

/** What a change is called to people, once it is made. */
export const CHANGES: Readonly<Record<Change, string>> = {
  'force up': 'Nova does not hold it for down any more',
  disable: 'disabled in Nova, to be enabled anew: it was enabled while it was down',
  enable: 'enabled in Nova',
  'end maintenance': 'not on maintenance in its segment any more',
};

const BUSY = [
  'Masakari works on a notification for its segment',
  'wait for it: "openstack notification list"',
] as const;
const EVACUATED = [
  'its guests were evacuated, and its nova-compute has not found out yet',
  'restart nova-compute there: systemctl restart nova-compute',
] as const;

/** Makes a change; what keeps it from being made for now, or null once it is made. */
export async function makeChange(
  cloud: Cloud,
  what: Change,
  {service, host}: ReturnFacts,
): Promise<Extract<NextStep, {kind: 'wait'}> | null> {
  if (what === 'end maintenance') {
    const isDone = host === null || (await cloud.endMaintenance(host));
    return isDone ? null : wait(...BUSY);
  }
  if (service === null) {
    return null;
  }
  if (what === 'force up') {
    return (await cloud.forceUp(service)) ? null : wait(...EVACUATED);
  }
  await cloud.setEnabled(service, what === 'enable');
  return null;
}
