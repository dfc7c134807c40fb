import {getProperty, getValue, type Cib, type Operation, type Primitive} from '#cluster';

import {isDevice, isRemote} from './declaration.ts';

/**
 * The waits, in seconds, that lie one after the other between the moment when a remote node stops answering and the one when its power was
 * seen off. Of several remotes or devices each is the longest.
 */
export interface FencingTerms {
  /** The monitor of the connection: it has just been run when the node stops, and the next one then has to time out. */
  readonly monitorInterval: number;
  readonly monitorTimeout: number;
  /**
   * What the cluster may be in the midst of. Pacemaker acts on a failure only when the actions under way have ended, which may be the
   * start of another remote's connection, or the first monitor of a fencing device that was moved or changed, with its `start-delay`
   * (seen with Pacemaker 2.1.5: 20 s between a failure and the next fencing, ended by that monitor).
   */
  readonly underWay: number;
  /**
   * Connecting anew: each member may try once, until the time-out of `start`, before Pacemaker fences. Seen with 2.1.5, 20 s and three members:
   * 66 s. A monitor that times out is mostly fenced without these tries (seen: 9 s until it is lost, 11 s until it is off).
   */
  readonly startTimeout: number;
  readonly members: number;
  /** A member that was lost with it, by the same switch say, is fenced first, and its device waits so long (`pcmk_delay_*`). */
  readonly memberDelay: number;
  /** One fencing: the time-outs and delays of the node's devices, one after the other. */
  readonly fencing: number;
}

/** Pacemaker's for an operation that says none. */
const OPERATION_SECONDS = 20;
/** Pacemaker's `stonith-timeout` where it is not set. */
const STONITH_SECONDS = 60;
/** The fencer gives an operation, with all its tries on all members, a fifth more than its time-out (TIMEOUT_MULTIPLY_FACTOR in fenced_remote.c). */
const FENCER_FACTOR = 1.2;
/** What members need between all these steps. Seen: of 103 s until the power was off, 93 were waits that settings give. */
const SCHEDULING_SECONDS = 10;

/**
 * The longest time, in whole seconds, from a remote node's silence until its power was seen off, when its fencing works and it is
 * the only one to fail; null when the cluster fences no remote node. `expected` is how many members there are meant to be.
 */
export function getFencingBound(cib: Cib, expected: number): number | null {
  const terms = getFencingTerms(cib, expected);
  return terms === null ? null : addTerms(terms);
}

/** The sum of the waits. */
export function addTerms(terms: FencingTerms): number {
  const {monitorInterval, monitorTimeout, underWay, startTimeout, members, memberDelay, fencing} = terms;
  const waits = monitorInterval + monitorTimeout + underWay + members * startTimeout + memberDelay;
  return Math.ceil(waits + fencing * FENCER_FACTOR + SCHEDULING_SECONDS);
}

/** The waits as the cluster's configuration has them; null when it fences no remote node. */
export function getFencingTerms(cib: Cib, expected: number): FencingTerms | null {
  const primitives = cib.resources.filter((resource) => resource.kind === 'primitive');
  const devices = primitives.filter(isDevice);
  const remotes = primitives.filter(isRemote);
  const fenced = remotes.filter(({id}) => devices.some((device) => isFor(device, id)));
  if (fenced.length === 0 || !isOn(getProperty(cib, 'stonith-enabled'))) {
    return null;
  }
  const defaults = parseSeconds(getValue(cib.opDefaults, 'timeout')) ?? OPERATION_SECONDS;
  const monitors = fenced.flatMap(({operations}) => operations.filter(({name}) => name === 'monitor'));
  const stonith = parseSeconds(getProperty(cib, 'stonith-timeout')) ?? STONITH_SECONDS;
  return {
    monitorInterval: getLongest(monitors.map(({attributes}) => parseSeconds(attributes['interval']) ?? 0)),
    monitorTimeout: getLongest(monitors.map((monitor) => getTimeout(monitor, defaults))),
    underWay: getLongest([...remotes, ...devices].map((primitive) => getLongestAction(primitive, defaults))),
    startTimeout: getLongest(fenced.map((remote) => getStartTimeout(remote, defaults))),
    members: Math.max(expected, cib.nodes.filter(({type}) => type === 'member').length),
    memberDelay: getLongest(devices.map(getDelay)),
    fencing: getLongest(
      fenced.map(({id}) =>
        getFencing(
          devices.filter((device) => isFor(device, id)),
          stonith,
        ),
      ),
    ),
  };
}

/** Whether a device may fence a node. One whose configuration has no list of nodes is asked by Pacemaker, so it may. */
function isFor({params}: Primitive, node: string): boolean {
  const lists = HOST_LISTS.map((name) => getValue(params, name)).filter((list) => list !== null);
  return lists.length === 0 || lists.some((list) => list.split(/[\s,;]+/).includes(node));
}

/** Pacemaker's own list, that of `external/maas` and that of `null`. */
const HOST_LISTS = ['pcmk_host_list', 'hostnames', 'hostlist'] as const;

/** Unset is on. */
function isOn(value: string | null): boolean {
  return !['false', 'no', 'off', 'n', '0'].includes((value ?? '').toLowerCase());
}

function getTimeout({attributes, meta}: Operation, defaults: number): number {
  return parseSeconds(attributes['timeout'] ?? getValue(meta, 'timeout')) ?? defaults;
}

function getStartTimeout({operations}: Primitive, defaults: number): number {
  const start = operations.find(({name}) => name === 'start');
  return start === undefined ? defaults : getTimeout(start, defaults);
}

/** The longest that one action on a resource may take. */
function getLongestAction(primitive: Primitive, defaults: number): number {
  const actions = primitive.operations.map(
    (operation) => (parseSeconds(operation.attributes['start-delay']) ?? 0) + getTimeout(operation, defaults),
  );
  return getLongest([getStartTimeout(primitive, defaults), ...actions]);
}

function getFencing(devices: readonly Primitive[], stonith: number): number {
  const times = devices.map((device) => {
    const own = FENCING_TIMEOUTS.map((name) => parseSeconds(getValue(device.params, name)) ?? stonith);
    return getLongest(own) + getDelay(device);
  });
  return times.reduce((sum, seconds) => sum + seconds, 0);
}

/** Which of them counts follows from what is asked for, and whether the device makes something else of it. */
const FENCING_TIMEOUTS = ['pcmk_reboot_timeout', 'pcmk_off_timeout'] as const;

/** How long a device waits before it does anything; a value may name nodes, `node1:5s;node2:10s`. */
function getDelay({params}: Primitive): number {
  const values = ['pcmk_delay_base', 'pcmk_delay_max'].flatMap((name) =>
    (getValue(params, name) ?? '').split(/[\s;]+/).map((word) => word.slice(word.lastIndexOf(':') + 1)),
  );
  return getLongest(values.map((value) => parseSeconds(value) ?? 0));
}

function getLongest(seconds: readonly number[]): number {
  return Math.max(0, ...seconds);
}

const UNITS: Readonly<Record<string, number>> = {
  us: 1e-6,
  usec: 1e-6,
  ms: 1e-3,
  msec: 1e-3,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  hr: 3600,
};

/** A time as Pacemaker writes it, a number with or without a unit; null for none. */
function parseSeconds(text: string | null | undefined): number | null {
  const [, digits = '', unit = ''] = /^\s*(\d{1,9})\s*([a-z]*)\s*$/i.exec(text ?? '') ?? [];
  const factor = UNITS[unit.toLowerCase() || 's'];
  return digits === '' || factor === undefined ? null : Number(digits) * factor;
}
