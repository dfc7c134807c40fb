import type {Generated, Problem, View} from '#charm';

import {hanode} from './endpoints.ts';
import type {Options} from './options.ts';

/** Corosync takes keys of 1024 bits and more, and reads 4096 bytes at the most. */
const KEY_BYTES = 128;
const MAX_KEY_BYTES = 4096;

/** The keys of the ring and of Pacemaker Remote, each base64; absent until the leader has made them. */
export interface Keys {
  readonly corosync?: string;
  readonly pacemaker?: string;
  /** What the leader says to the other units, so that there are keys. */
  readonly shared: Readonly<Record<string, Generated>>;
  readonly problems: readonly Problem[];
}

/** No key ships with the charm: what no option gives is made by the leader and shared over the peer relation. */
export function getKeys(view: View<Options, unknown>): Keys {
  const {corosync_key: corosyncOption, pacemaker_key: pacemakerOption} = view.config;
  const shared = hanode.relations(view)[0]?.applicationData ?? {};
  const corosync = corosyncOption ?? shared['corosync-key'];
  // Never corosync_key, as in the Python charm: a new key of the ring would be a new one for every remote.
  const pacemaker = pacemakerOption ?? shared['pacemaker-key'];
  const problems = [
    ...checkKey('corosync_key', corosyncOption, KEY_BYTES),
    ...checkKey('pacemaker_key', pacemakerOption, 1),
  ];
  return {
    ...(corosync === undefined ? {} : {corosync}),
    ...(pacemaker === undefined ? {} : {pacemaker}),
    shared: {
      'corosync-key': {generate: 'corosync-key', bytes: KEY_BYTES},
      'pacemaker-key': {generate: 'pacemaker-key', bytes: KEY_BYTES},
    },
    problems,
  };
}

function checkKey(option: string, value: string | null, atLeast: number): Problem[] {
  if (value === null) {
    return [];
  }
  const bytes = Buffer.from(value, 'base64').length;
  const isBase64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(value);
  return isBase64 && bytes >= atLeast && bytes <= MAX_KEY_BYTES
    ? []
    : [{key: option, message: `must be the base64 form of ${atLeast} to ${MAX_KEY_BYTES} bytes`}];
}
