import {parseWith} from '#charm';
import {isOneLine} from '#openstack';
import * as z from 'zod/mini';

/** One `key=value` of `config-flags`. At most one blank stands beside each part; a value has neither blank nor comma. */
const PAIR = /^ ?(?<key>[A-Za-z0-9_.-]+) ?= ?(?<value>[^\s,]+) ?$/;

/** Options that must be the machine's own name, which is what Nova, Pacemaker and Masakari know it by. */
const NOT_BY_FLAG: readonly string[] = ['host', 'hostname'];

const isPairList = (text: string): boolean => isOneLine(text) && text.split(',').every((pair) => PAIR.test(pair));

const flags = z.pipe(
  z.nullish(z.string()).check(
    z.refine(
      (text) => text === undefined || text === null || text === '' || isPairList(text),
      'must be key=value pairs separated by commas, with no blank in a value',
    ),
    z.refine(
      (text) => getPairs(text ?? '').every(([key]) => !NOT_BY_FLAG.includes(key)),
      'must not set host or hostname: a node has one name everywhere',
    ),
  ),
  z.transform((text) => Object.fromEntries(getPairs(text ?? ''))),
);

function getPairs(text: string): readonly [string, string][] {
  return text.split(',').flatMap((pair): [string, string][] => {
    const groups = PAIR.exec(pair)?.groups;
    return groups === undefined ? [] : [[groups['key'] ?? '', groups['value'] ?? '']];
  });
}

const Shape = z.object({
  region: z.string().check(z.refine((text) => isOneLine(text) && text.trim() !== '', 'must be the name of a region')),
  'config-flags': flags,
  'enable-host-monitor': z.boolean(),
  debug: z.boolean(),
  'use-syslog': z.boolean(),
  'use-internal-endpoints': z.boolean(),
});

/** The charm's options as it uses them; `config-flags` by key. */
export type Options = z.infer<typeof Shape>;

export const parseOptions = parseWith(Shape);
