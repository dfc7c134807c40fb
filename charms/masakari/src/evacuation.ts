import {getFencingBound, type HaState} from '#openstack';

import type {MasakariView} from './situation.ts';

/** When the engine evacuates a compute node, after it was told that the node is lost. */
export interface Evacuation {
  /** In seconds; masakari.conf's `wait_period_after_service_update`. */
  readonly delay: number;
  /** What the operator is to know of it, or null. */
  readonly remark: string | null;
}

/**
 * What fencing may take in a cluster of hacluster in Python, which does not say: with its remotes and three members a node whose link was cut was off
 * after 103 s. It is Masakari's own default.
 */
const UNSAID_SECONDS = 180;

/**
 * The option `evacuation-delay`; with notifications by host monitors at least as long as the fencing of a node may take. A host monitor
 * looks whether the cluster is connected to a node, not whether the node is off, and evacuating before it is off starts its guests
 * twice. The delay counts from the notification. How long the node has been silent by then depends on that monitor's options,
 * which masakari does not know, and may be nothing: so nothing is taken off.
 */
export function getEvacuation(view: MasakariView, ha: HaState): Evacuation {
  const option = view.config['evacuation-delay'];
  const bound = getFencingBound(view);
  if (bound.kind === 'none') {
    return {delay: option, remark: 'no compute node is fenced'};
  }
  const unsaid = ha === 'clustered' ? UNSAID_SECONDS : 0;
  const least = bound.kind === 'seconds' ? bound.seconds : unsaid;
  return view.config['notify-after-fencing'] || least <= option
    ? {delay: option, remark: null}
    : {delay: least, remark: `evacuation after ${least} s: fencing may take as long`};
}
