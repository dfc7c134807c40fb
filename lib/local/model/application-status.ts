import {createStatus} from './model.ts';
import type {ApplicationState, ModelState, StatusState} from './state.ts';

/** From most to least severe. */
const SEVERITY: readonly string[] = ['error', 'blocked', 'maintenance', 'waiting', 'active', 'terminated', 'unknown'];

/** What the leader set, or else the most severe status of the units. */
export function getApplicationStatus(model: ModelState, application: ApplicationState): StatusState {
  if (application.status !== null) return application.status;
  let worst: StatusState | null = null;
  for (const name of application.units) {
    const unit = model.units[name];
    const status = unit?.error ?? unit?.workload;
    if (status === undefined) continue;
    if (worst === null || SEVERITY.indexOf(status.status) < SEVERITY.indexOf(worst.status)) worst = status;
  }
  return worst ?? createStatus('unknown', '', model.created);
}
