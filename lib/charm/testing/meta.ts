import {readFileSync} from 'node:fs';

import {load} from 'js-yaml';
import * as z from 'zod/mini';

import type {CharmMeta} from './state.ts';

const Endpoints = z.optional(z.record(z.string(), z.object({scope: z.optional(z.enum(['global', 'container']))})));

const Charmcraft = z.object({
  name: z.string(),
  subordinate: z.optional(z.boolean()),
  provides: Endpoints,
  requires: Endpoints,
  peers: Endpoints,
  config: z.optional(
    z.object({options: z.record(z.string(), z.object({type: z.string(), default: z.optional(z.unknown())}))}),
  ),
  actions: z.optional(z.record(z.string(), z.unknown())),
  'extra-bindings': z.optional(z.record(z.string(), z.unknown())),
  storage: z.optional(z.record(z.string(), z.unknown())),
});

/** What a charm's charmcraft.yaml says, for the tests of that charm. */
export function readCharmMeta(charmcraftYaml: URL): CharmMeta {
  const parsed = z.parse(Charmcraft, load(readFileSync(charmcraftYaml, 'utf8')));
  const list = (
    endpoints: z.infer<typeof Endpoints>,
    role: 'provider' | 'requirer' | 'peer',
  ): [string, CharmMeta['endpoints'][string]][] =>
    Object.entries(endpoints ?? {}).map(([name, {scope = 'global'}]) => [name, {role, scope}]);
  return {
    name: parsed.name,
    subordinate: parsed.subordinate ?? false,
    endpoints: Object.fromEntries([
      ...list(parsed.provides, 'provider'),
      ...list(parsed.requires, 'requirer'),
      ...list(parsed.peers, 'peer'),
    ]),
    config: parsed.config?.options ?? {},
    actions: Object.keys(parsed.actions ?? {}),
    bindings: Object.keys(parsed['extra-bindings'] ?? {}),
    storage: Object.keys(parsed.storage ?? {}),
  };
}
