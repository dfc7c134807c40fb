import type {RelationView, View} from '#charm';
import {textField, type Database, type Reading} from '#openstack';
import * as z from 'zod/mini';

import {ANSWER_ONLY} from '../../shared/distribution.ts';
import type {Requests} from '../../shared/requests.ts';
import type {ServerFacts} from '../../shared/server.ts';
import type {Store} from '../../shared/store.ts';
import type {Identity} from './answers.ts';
import type {MadeIdentity} from './identity.ts';

export const Config = z.object({
  region: textField,
  'worker-multiplier': z.nullish(z.number().check(z.nonnegative('must not be negative'))),
  [ANSWER_ONLY]: z.nullish(z.boolean()),
});

/** What is known of Keystone on its machine. */
export interface Facts extends ServerFacts {
  readonly made: MadeIdentity;
}

export type KeystoneView = View<z.infer<typeof Config>, Facts>;

/** What units of one relation ask for. */
export interface Asked extends Requests {
  readonly relation: RelationView;
}

export interface AllAsked {
  readonly services: readonly Asked[];
  readonly credentials: readonly Asked[];
}

/** A view, read. */
export interface Situation {
  readonly reading: Reading<Database>;
  /** Null while an address or an id is missing. */
  readonly identity: Identity | null;
  readonly store: Store;
  readonly asked: AllAsked;
}
