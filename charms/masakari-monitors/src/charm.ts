import {defineCharm, defineEndpoint, parseNothing, type Charm} from '#charm';

import {desire, identityCredentials, readFacts} from './desire.ts';
import {parseOptions} from './options.ts';

/** The masakari-monitors charm. */
export const charm: Charm = defineCharm({
  config: parseOptions,
  endpoints: [
    identityCredentials.endpoint,
    defineEndpoint({name: 'container', unit: parseNothing}),
    defineEndpoint({name: 'certificates', unit: parseNothing}),
  ],
  readFacts,
  desire,
});
