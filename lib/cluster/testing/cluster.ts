import {renderCorosyncConf} from '../corosync-conf.ts';
import type {ClusterHost} from '../memory/world.ts';

/** The corosync.conf of a cluster whose members have the addresses 10.0.0.1, 10.0.0.2 ... */
export function makeCorosyncConf(names: readonly string[]): string {
  const two = names.length === 2 ? {twoNode: true} : {};
  return renderCorosyncConf({
    totem: {
      clusterName: 'debian',
      transport: 'knet',
      cryptoCipher: 'aes256',
      cryptoHash: 'sha256',
      options: {version: '2'},
      interfaces: [],
    },
    quorum: {provider: 'corosync_votequorum', ...two, options: {}},
    nodes: names.map((name, i) => ({name, nodeId: 1001 + i, addresses: [`10.0.0.${i + 1}`], options: {}})),
    logging: {options: {to_syslog: 'yes'}, subsystems: []},
    other: [],
  });
}

/** Hosts of a running cluster. */
export function makeMembers(names: readonly string[]): readonly ClusterHost[] {
  const corosyncConf = makeCorosyncConf(names);
  return names.map((name, i) => ({
    name,
    addresses: [`10.0.0.${i + 1}`],
    corosyncConf,
    corosyncKey: 'ring key',
    pacemakerKey: 'remote key',
    isClusterRunning: true,
    isRemoteRunning: false,
  }));
}

/** A host on which pacemaker_remote runs. */
export function makeRemoteHost(name: string, address: string): ClusterHost {
  return {
    name,
    addresses: [address],
    corosyncConf: null,
    corosyncKey: null,
    pacemakerKey: 'remote key',
    isClusterRunning: false,
    isRemoteRunning: true,
  };
}
