import assert from 'node:assert/strict';

import type {Segment, SegmentHost} from '../cloud.ts';
import type {Compute} from '../deployment.ts';
import type {Stage} from '../stage.ts';

export const SEGMENT = 'segment1';

export type RecoveryMethod = 'auto' | 'reserved_host' | 'auto_priority' | 'rh_priority';

/** A segment with all computes, one of which may stand by: reserved, and disabled in Nova. */
export async function createSegment(stage: Stage, method: RecoveryMethod, reserved?: Compute): Promise<Segment> {
  await stage.step(
    `A segment of computes whose guests are recovered by the method ${method}.`,
    `openstack segment create ${SEGMENT} ${method} COMPUTE`,
  );
  const [segment] = await stage.cloud.listSegments();
  assert.ok(segment);
  if (reserved !== undefined) {
    await stage.step(
      'One compute stands by for guests of the others.',
      `openstack segment host create ${reserved.name} --reserved True COMPUTE SSH ${segment.uuid}`,
    );
  }
  stage.say(reserved === undefined ? 'Every compute goes into it.' : 'The others follow.');
  for (const {name} of stage.deployment.computes.filter((compute) => compute !== reserved)) {
    await stage.type(`openstack segment host create ${name} COMPUTE SSH ${segment.uuid} -c uuid -c name -c reserved`);
  }
  if (reserved !== undefined) {
    await stage.step(
      'Nova gives it no guests meanwhile.',
      `openstack compute service set --disable ${reserved.name} nova-compute`,
    );
  }
  await stage.step('The segment now.', `openstack segment host list ${segment.uuid}`);
  return segment;
}

export async function getHost(stage: Stage, segment: Segment, {name}: Compute): Promise<SegmentHost> {
  const found = (await stage.cloud.listHosts(segment)).find((host) => host.name === name);
  assert.ok(found, `${name} is not in the segment`);
  return found;
}

/** How Nova has a compute: `enabled up`. */
export async function getService(stage: Stage, {name}: Compute): Promise<string> {
  const found = (await stage.cloud.listComputeServices()).find(({host}) => host === name);
  return found === undefined ? 'missing' : `${found.status} ${found.state}`;
}
