import {isIP} from 'node:net';

import * as z from 'zod/mini';

import {defineEndpoint, jsonField, parseNothing, parseWith} from '#charm';

/** Host names as machines have them: RFC 1123 labels, since they become names of resources and nodes too. */
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const hostName = z
  .string()
  .check(z.refine((name) => name.length <= 253 && HOST_NAME.test(name), 'must be a host name'));

/** A remote's name becomes the id of its resource, and an XML id begins with a letter. */
const nodeName = hostName.check(
  z.refine((name) => /^[A-Za-z]/.test(name), 'must begin with a letter, to name a node of Pacemaker'),
);

const address = z.string().check(z.refine((text) => isIP(text) !== 0, 'must be an IP address'));
const word = z.optional(z.string());

/** What a unit of this application tells its peers (the Python charm hacluster's hooks/hooks.py; `machine` is
 * ours, others ignore it). */
export interface PeerData {
  readonly 'private-address'?: string | undefined;
  readonly hostname?: string | undefined;
  /** Flags are Python's words: the text `True`. */
  readonly ready?: string | undefined;
  readonly member_ready?: string | undefined;
  /** The Juju machine it is on: `1/lxd/2`. */
  readonly machine?: string | undefined;
  /** Digests of the ring's keys that it has; ours too. */
  readonly 'corosync-key-live'?: string | undefined;
  readonly 'corosync-key-next'?: string | undefined;
  readonly 'corosync-key-loaded'?: string | undefined;
}

/** Under which a member says with which of the ring's keys it last had Corosync reload. */
export const LOADED_KEY = 'corosync-key-loaded';

export const hanode = defineEndpoint<PeerData>({
  name: 'hanode',
  isPeer: true,
  unit: parseWith(
    z.object({
      'private-address': z.optional(address),
      hostname: z.optional(hostName),
      ready: word,
      member_ready: word,
      machine: word,
      'corosync-key-live': word,
      'corosync-key-next': word,
      'corosync-key-loaded': word,
    }),
  ),
});

/** What a pacemaker-remote unit says of its machine; every value is JSON (charm-interface-pacemaker-remote). */
export interface RemoteData {
  readonly 'remote-hostname'?: string | undefined;
  readonly 'remote-ip'?: string | undefined;
  readonly 'enable-resources'?: boolean | undefined;
  readonly 'stonith-hostname'?: string | null | undefined;
  /** The session that its daemon is in; ours, the Python charm neither says nor reads it. */
  readonly 'remote-session'?: string | undefined;
}

export const pacemakerRemote = defineEndpoint<RemoteData>({
  name: 'pacemaker-remote',
  unit: parseWith(
    z.object({
      'remote-hostname': z.optional(jsonField(nodeName)),
      'remote-ip': z.optional(jsonField(address)),
      'enable-resources': z.optional(jsonField(z.boolean())),
      'stonith-hostname': z.optional(jsonField(z.nullable(hostName))),
      'remote-session': z.optional(jsonField(z.string())),
    }),
  ),
});

/** The principal's request is read by `parseHaRequest`: it is of its own kind. */
export const ha = defineEndpoint({name: 'ha', unit: parseNothing});
