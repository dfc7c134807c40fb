import type {SpaceState} from './state.ts';

/** The spaces of a new model; the first is the default for endpoints that are bound to none. */
export const DEFAULT_SPACES: readonly SpaceState[] = [
  {name: 'public', cidr: '10.0.0.0/24', used: 0},
  {name: 'admin', cidr: '10.70.0.0/24', used: 0},
  {name: 'internal', cidr: '10.80.0.0/24', used: 0},
];
