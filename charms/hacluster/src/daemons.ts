import type {HostFacts, WantedFile, WantedService} from '#charm';
import {renderCorosyncConf, type CorosyncConf, type CorosyncNode} from '#cluster';

import {COROSYNC_CONF, COROSYNC_OVERRIDES, PACEMAKER_KEY, PACEMAKER_OVERRIDES} from './facts.ts';
import type {Member} from './members.ts';
import type {Options} from './options.ts';
import {COROSYNC_KEY, NEXT_KEY, type RingKeyPlan} from './ring-key.ts';

export interface RingInput {
  readonly options: Options;
  readonly clusterName: string;
  readonly host: HostFacts;
  /** This unit's own ring address. */
  readonly address: string;
  readonly members: readonly Member[];
  /** Nodes of the ring that stay as they are: their units are to be here, but have not said where they are. */
  readonly keptNodes: readonly CorosyncNode[];
  readonly ringKey: RingKeyPlan;
  /** Base64 of the keys' bytes. */
  readonly corosync: string;
  readonly pacemaker: string;
  /** The multicast port that the principal names. */
  readonly multicastPort: number | null;
}

const UIDGID = '/etc/corosync/uidgid.d/hacluster';
const DEFAULT_MULTICAST_PORT = 5405;

/** What a member has; kept as it is while it cannot be said anew. */
export const KEPT_FILES: readonly {readonly path: string; readonly keep: true}[] = [
  COROSYNC_CONF,
  COROSYNC_KEY,
  NEXT_KEY,
  UIDGID,
  PACEMAKER_KEY,
].map((path) => ({path, keep: true}));

/** The files of a member of the ring. */
export function getClusterFiles(input: RingInput): RingKeyPlan['files'] {
  return [
    {path: COROSYNC_CONF, content: renderCorosyncConf(getCorosyncConf(input))},
    ...input.ringKey.files,
    {path: UIDGID, content: 'uidgid {\n  uid: hacluster\n  gid: haclient\n}\n'},
    {path: PACEMAKER_KEY, content: input.pacemaker.trim(), encoding: 'base64', group: 'haclient', mode: 0o440},
  ];
}

/** knet with every message authenticated and encrypted; multicast, which Corosync cannot encrypt, only when asked for. */
function getCorosyncConf(input: RingInput): CorosyncConf {
  const nodes = getNodes(input);
  return {
    totem: getTotem(input),
    quorum: {
      provider: 'corosync_votequorum',
      ...(nodes.length === 2 ? {twoNode: true} : {}),
      options: {},
    },
    nodes,
    logging: {
      options: {
        to_stderr: 'yes',
        to_logfile: 'no',
        to_syslog: 'yes',
        syslog_facility: 'daemon',
        debug: input.options.debug ? 'on' : 'off',
      },
      subsystems: [],
    },
    other: [],
  };
}

function getNodes({members, keptNodes}: RingInput): readonly CorosyncNode[] {
  const nodes = members.map(({hostname, nodeId, address}) => ({
    name: hostname,
    nodeId,
    addresses: [address],
    options: {},
  }));
  return [...nodes, ...keptNodes].sort((a, b) => a.nodeId - b.nodeId);
}

function getTotem(input: RingInput): CorosyncConf['totem'] {
  const {options, clusterName} = input;
  const isMulticast = options.corosync_transport === 'multicast' || options.corosync_transport === 'udp';
  const common = {
    version: '2',
    token: '3000',
    token_retransmits_before_loss_const: '10',
    join: '60',
    consensus: '3600',
    max_messages: '20',
    ...(options.netmtu === null ? {} : {netmtu: String(options.netmtu)}),
  };
  return isMulticast
    ? {clusterName, transport: 'udp', options: common, interfaces: [getMulticastInterface(input)]}
    : {
        clusterName,
        transport: 'knet',
        cryptoCipher: 'aes256',
        cryptoHash: 'sha256',
        options: common,
        interfaces: [],
      };
}

function getMulticastInterface({options, host, address, multicastPort}: RingInput): Readonly<Record<string, string>> {
  const nic = host.addresses.find(({interfaceName}) => interfaceName === options.corosync_bindiface);
  return {
    ringnumber: '0',
    bindnetaddr: nic?.address ?? address,
    mcastaddr: options.corosync_mcastaddr,
    mcastport: String(options.corosync_mcastport ?? multicastPort ?? DEFAULT_MULTICAST_PORT),
  };
}

/**
 * Corosync and Pacemaker, in the order in which they start. Members come and go, and a new key of the ring comes, by a
 * reload; what Corosync reads only when it starts (transport, cipher) needs a restart. A new key of Pacemaker Remote needs neither.
 */
export function getServices(input: RingInput): readonly WantedService[] {
  const conf = getCorosyncConf(input);
  const totem = JSON.stringify(conf.totem);
  return [
    {
      name: 'corosync',
      isRunning: true,
      isEnabled: true,
      restartWhen: [totem],
      // When a new key of the ring still came by a restart. The key is in `reload` now, whose command has the ledger say it anew.
      formerRestartWhen: [[totem, input.corosync.trim()]],
      reload: {
        when: [JSON.stringify(conf.nodes), JSON.stringify(conf.logging), input.ringKey.live],
        isHeld: input.ringKey.isReloadHeld,
        command: ['corosync-cfgtool', '-R'],
      },
    },
    {name: 'pacemaker', isRunning: true, isEnabled: true},
  ];
}

/** Stopped in the reverse order. */
export function getStoppedServices(): readonly WantedService[] {
  return [
    {name: 'pacemaker', isRunning: false},
    {name: 'corosync', isRunning: false},
  ];
}

/**
 * systemd's drop-ins: how long it waits, and that it starts neither daemon before the ring's key is there. They are in
 * place before the packages, whose own configuration would make a cluster of a lone "node1" (LP 1874719).
 */
export function getOverrides(options: Options): readonly WantedFile[] {
  const content = [
    '[Unit]',
    `ConditionPathExists=${COROSYNC_KEY}`,
    '',
    '[Service]',
    `TimeoutStartSec=${getSeconds(options.service_start_timeout)}`,
    `TimeoutStopSec=${getSeconds(options.service_stop_timeout)}`,
    '',
  ].join('\n');
  return [
    {path: COROSYNC_OVERRIDES, content},
    {path: PACEMAKER_OVERRIDES, content},
  ];
}

function getSeconds(seconds: number): string {
  return seconds < 0 ? 'infinity' : String(seconds);
}
