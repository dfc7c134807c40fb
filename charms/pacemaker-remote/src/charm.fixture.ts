import {createUnitState, readCharmMeta, type UnitState} from '#charm/testing';

export const meta = readCharmMeta(new URL('../charmcraft.yaml', import.meta.url));

export const catalog = {
  'pacemaker-remote': {
    version: '2.1.2-1ubuntu3',
    services: ['pacemaker_remote'],
    users: ['hacluster'],
    groups: ['haclient'],
  },
  'resource-agents': {version: '1:4.7.0-1ubuntu7'},
};

export const KEY = Buffer.from('a key of the cluster').toString('base64');

/** A unit beside nova-compute, on a machine with one address. */
export function createState(given: Partial<UnitState> = {}): UnitState {
  return createUnitState({
    unit: 'pacemaker-remote/0',
    principalUnit: 'nova-compute/0',
    networks: {
      'pacemaker-remote': {
        bindAddresses: [
          {interfaceName: 'eth0', macAddress: '', addresses: [{value: '10.0.0.161', cidr: '10.0.0.0/24'}]},
        ],
        ingressAddresses: ['10.0.0.161'],
        egressSubnets: ['10.0.0.161/32'],
      },
    },
    ...given,
  });
}
