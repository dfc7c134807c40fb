/** The machines of the `machines` cloud: systemd-nspawn on overlayfs, in a network namespace of the model's own. */
export {createMachineRoom, type LocalMachineRoom} from './room.ts';
export {getNetworkFile} from './names.ts';
export type {GatewayAddress, RoomSpace} from './network.ts';
export type {RoomOptions} from './power.ts';
