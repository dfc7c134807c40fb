import type {MachineState} from '../../model/state.ts';

/** A machine as the model has it, with these addresses, each in a space of its own /24. */
export function getMachine(
  id: string,
  hostname: string,
  addresses: readonly {readonly space: string; readonly address: string}[] = [],
): MachineState {
  const [parent = '', ...rest] = id.split('/');
  return {
    id,
    hostname,
    life: 'alive',
    base: 'ubuntu@22.04',
    constraints: '',
    parent: rest.length === 0 ? null : parent,
    containers: [],
    units: [],
    interfaces: addresses.map(({space, address}, index) => ({
      name: `eth${String(index)}`,
      space,
      address,
      cidr: address.replace(/\d+$/, '0/24'),
      mac: `52:54:${address
        .split('.')
        .map((part) => Number(part).toString(16).padStart(2, '0'))
        .join(':')}`,
    })),
    created: 0,
    annotations: {},
  };
}
