/** A Juju for one computer. Its command is `juju-local`; tests drive the same model with `createModel`. */
export type * from './api.ts';
export type {ModelState, RelationState, TaskState, UnitState} from './model/state.ts';
export {LocalError, NotFoundError} from './errors.ts';
export {runJujuLocal} from './command.ts';
export type {CommandInput} from './command.ts';
export {createModel} from './create-model.ts';
export {createMaasServer} from './machines/maas/server.ts';
export type {MaasFault, MaasServerOptions, PowerControl, ServedMachine, ServedRequest} from './machines/maas/server.ts';
export {CharmStore} from './charms/store.ts';
export {CHARMS_FOLDER} from './machines/agent/agent-paths.ts';
export {UnitAgents} from './machines/agent/unit-agents.ts';
export {createLayers} from './machines/layers/layers.ts';
export type {Layer, Layers, MachinePorts, MachineRoom, MachineSpec, PowerState} from './machines/ports.ts';
export {createMachineRoom, getNetworkFile} from './machines/room/index.ts';
export type {LocalMachineRoom} from './machines/room/index.ts';
export {createLongProcesses} from './processes.ts';
export {enterRoom} from './machines/technician.ts';
export type {TechnicianRoom} from './machines/technician.ts';
