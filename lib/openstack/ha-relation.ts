import {defineEndpoint, type Endpoint, type RelationView} from '#charm';
import * as z from 'zod/mini';

import {isYes, parseBag} from './fields.ts';
import {ALERTS_KEY} from './ha-alerts.ts';
import {FENCING_BOUND_KEY, parseFencingBound, type FencingBound} from './ha-bound.ts';

const said = z.optional(z.string());
const Shape = z.object({clustered: said, [ALERTS_KEY]: said, [FENCING_BOUND_KEY]: said});

/** The principal's side of `ha` (interface hacluster): what hacluster answers. */
export const haEndpoint: Endpoint<z.infer<typeof Shape>> = defineEndpoint({name: 'ha', unit: parseBag(Shape)});

/** How far the cluster is: not related, related but not built, or built. */
export type HaState = 'none' | 'unclustered' | 'clustered';

/** How far the relation `ha` is: it is `clustered` as soon as one unit of hacluster says so. */
export function getHaState(view: {readonly relations: readonly RelationView[]}): HaState {
  const relations = haEndpoint.relations(view);
  if (relations.length === 0) {
    return 'none';
  }
  const units = relations.flatMap(({remoteUnits}) => remoteUnits);
  return units.some(({data}) => isYes(data?.clustered)) ? 'clustered' : 'unclustered';
}

/** The ids of the principal's alerts that hacluster has in the cluster; none from hacluster in Python, which knows no alerts. */
export function getRegisteredAlerts(view: {readonly relations: readonly RelationView[]}): readonly string[] {
  const units = haEndpoint.relations(view).flatMap(({remoteUnits}) => remoteUnits);
  return units.flatMap(({data}) => (data?.[ALERTS_KEY] ?? '').split(' ')).filter((id) => id !== '');
}

/** How long fencing may take: the longest that a unit of hacluster says. It is `none` only when they all say so. */
export function getFencingBound(view: {readonly relations: readonly RelationView[]}): FencingBound {
  const units = haEndpoint.relations(view).flatMap(({remoteUnits}) => remoteUnits);
  const bounds = units.map(({data}) => parseFencingBound(data?.[FENCING_BOUND_KEY]));
  const seconds = bounds.flatMap((bound) => (bound.kind === 'seconds' ? [bound.seconds] : []));
  if (seconds.length > 0) {
    return {kind: 'seconds', seconds: Math.max(...seconds)};
  }
  return {kind: bounds.length > 0 && bounds.every(({kind}) => kind === 'none') ? 'none' : 'unsaid'};
}
