import type {Story} from '../story.ts';
import {allIsolated} from './all-isolated.ts';
import {byMonitor, twice} from './by-monitor.ts';
import {fencingFails} from './fencing-fails.ts';
import {host} from './host.ts';
import {instance} from './instance.ts';
import {isolation} from './isolation.ts';
import {notifier} from './notifier.ts';
import {orderly} from './orderly.ts';
import {priorities} from './priority.ts';
import {reconfigured} from './reconfigured.ts';
import {reservedHost} from './reserved-host.ts';
import {returned} from './return.ts';
import {vipHolder} from './vip-holder.ts';

/** Every story, in the order in which they are told. */
export const STORIES: readonly Story[] = [
  instance,
  host,
  reservedHost,
  ...priorities,
  vipHolder,
  isolation,
  fencingFails,
  ...notifier,
  allIsolated,
  orderly,
  returned,
  reconfigured,
  ...byMonitor,
  twice,
];
