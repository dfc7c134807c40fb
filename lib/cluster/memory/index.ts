export {clusterCommands, runClusterCommand, settleCluster} from './commands.ts';
export {getPartitions} from './membership.ts';
export type {Member, Partition} from './membership.ts';
export {getPlacement} from './placement.ts';
export type {Placement, PlacementInput} from './placement.ts';
export * from './world.ts';
