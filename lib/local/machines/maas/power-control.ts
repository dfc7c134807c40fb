import type {ModelState} from '../../model/state.ts';
import type {MachineRoom} from '../ports.ts';
import type {PowerControl} from './server.ts';

/** What a provisioner wants to know of power that was switched. */
interface PowerFollower {
  look(): Promise<void>;
}

/**
 * A model's machines as its MAAS has them: those that stand on no other; a container is the business of its machine. What MAAS
 * switches is switched for real, with all containers.
 */
export function createPowerControl(
  model: ModelState,
  room: Pick<MachineRoom, 'powerOn' | 'powerOff' | 'getPower'>,
  follower: PowerFollower,
): PowerControl {
  return {
    list: () => {
      const machines = Object.values(model.machines).filter(({parent}) => parent === null);
      return Promise.resolve(machines.map(({id, hostname}) => ({id, hostname})));
    },
    powerOn: async (id) => {
      await room.powerOn(id);
      await follower.look();
    },
    powerOff: async (id) => {
      await room.powerOff(id);
      await follower.look();
    },
    getPower: (id) => room.getPower(id),
  };
}
