import {getSha1, type WantedFile} from '#charm';

/** Where Corosync reads the ring's key: when it starts, and when it reloads. */
export const COROSYNC_KEY = '/etc/corosync/authkey';
/** Where a new key waits until every member has it. */
export const NEXT_KEY = '/etc/corosync/authkey.next';

/** What one unit has of the ring's keys, as digests. */
export interface HeldKeys {
  /** The one that Corosync reads. */
  readonly live?: string | undefined;
  /** The one that waits to follow it. */
  readonly next?: string | undefined;
  /** The one with which it last had Corosync start or reload. */
  readonly loaded?: string | undefined;
}

/** A key's digest, which other members may see: a key has 128 bytes and more, so nobody guesses it from that. */
export function getKeyDigest(base64: string): string {
  return getSha1(Buffer.from(base64, 'base64').toString('base64')).slice(0, 16);
}

interface RingKeyInput {
  /** Base64 of the key that the ring is to have. */
  readonly wanted: string;
  readonly own: HeldKeys;
  /** This unit's own node id. */
  readonly nodeId: number;
  /** The other members that take part in the ring, and what they say they have. */
  readonly others: readonly {readonly unit: string; readonly nodeId: number; readonly keys: HeldKeys}[];
}

export interface RingKeyPlan {
  readonly files: readonly (WantedFile | {readonly path: string; readonly keep: true})[];
  /** Digest of the key that Corosync reads, once these files are in place. */
  readonly live: string;
  /** Corosync must not reload now: the members' files differ, or others have to be first. */
  readonly isReloadHeld: boolean;
  /** Units that a new key waits for. */
  readonly waitingFor: readonly string[];
  /** Units that have Corosync read a new key before this one does. */
  readonly reloadsAfter: readonly string[];
}

/**
 * How a member comes to the ring's key. Whoever runs `corosync-cfgtool -R` makes *all* members read their files again, each
 * its own; when all hold one key they change over together and lose neither a vote nor a packet, and when they do not the
 * ring falls apart (both seen with Corosync 3.1.7; restarting all of them cost a VIP 25 s). So:
 *
 * 1. a new key waits in a file beside the live one, until every member says it has it;
 * 2. then each puts it in place, and they reload in the order of their node ids, the first once every member says it has put it in place,
 *    each other one once all before it say that they have reloaded, or started, with it.
 *
 * So no two reload at a time: a reload is one of all members, which change their keys in steps that they tell each other, and a second one in
 * the middle of them leaves one with a key of its own (seen with 3.1.7 in two of six changes: three reloads within 0.4 s, and the ring fell
 * apart). The order needs no leader, who may be no member yet, or any more. All members see the same one, since an id never changes; who is
 * among them they may see differently only while one joins or leaves. Whom another does not count yet, or any more, comes to the new
 * key by its own next hook, or goes. A member that has the key and can not reload holds up those behind it, which say so: it may
 * be in the ring though Pacemaker calls it offline, so that to pass it over would not be safe.
 *
 * A member in which a new key waits, or whose peers have another live one, does not reload for any other reason. Nobody can be
 * at step 2 while anybody is not yet at step 1, so no reload meets files that differ, however late hooks see each other. Only a key that
 * is taken back while a new one is on its way can be met half way: the ring is whole again after the next hook of each member.
 */
export function planRingKey({wanted, own, nodeId, others}: RingKeyInput): RingKeyPlan {
  const digest = getKeyDigest(wanted);
  const content = {content: wanted.trim(), encoding: 'base64', mode: 0o400} as const;
  if (own.live === undefined || own.live === digest) {
    const behind = others.filter(({keys}) => keys.live !== undefined && keys.live !== digest);
    const before =
      own.loaded === digest ? [] : others.filter((other) => other.nodeId < nodeId && other.keys.loaded !== digest);
    return {
      files: [{path: COROSYNC_KEY, ...content}],
      live: digest,
      isReloadHeld: behind.length + before.length > 0,
      waitingFor: behind.map(({unit}) => unit),
      reloadsAfter: before.map(({unit}) => unit),
    };
  }
  const missing = others.filter(({keys}) => keys.next !== digest && keys.live !== digest);
  if (own.next === digest && missing.length === 0) {
    return {
      files: [{path: COROSYNC_KEY, ...content}],
      live: digest,
      isReloadHeld: true,
      waitingFor: [],
      reloadsAfter: [],
    };
  }
  return {
    files: [
      {path: COROSYNC_KEY, keep: true},
      {path: NEXT_KEY, ...content},
    ],
    live: own.live,
    isReloadHeld: true,
    waitingFor: missing.map(({unit}) => unit),
    reloadsAfter: [],
  };
}
