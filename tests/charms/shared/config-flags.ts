import * as z from 'zod/mini';

/** Settings for `[DEFAULT]` of a configuration file, by name. */
export type ConfigFlags = Readonly<Record<string, string>>;

/**
 * An option in the form of OpenStack charms' `config-flags`: `key=value,key=value`. What follows a comma and has no `=` belongs to the
 * value before it.
 */
export const configFlagsField = z.pipe(
  z.nullish(z.string().check(z.refine((text) => parseFlags(text) !== null, 'must be key=value,key=value'))),
  z.transform((text): ConfigFlags => parseFlags(text ?? '') ?? {}),
);

function parseFlags(text: string): ConfigFlags | null {
  const flags = new Map<string, string>();
  let last = '';
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [, key, value = ''] = /^([A-Za-z]\w*)\s*=\s*(.*)$/u.exec(part) ?? [];
    if (key !== undefined) {
      last = key;
      flags.set(key, value);
    } else if (last !== '') {
      flags.set(last, `${flags.get(last) ?? ''},${part}`);
    } else if (part !== '') {
      return null;
    }
  }
  return Object.fromEntries(flags);
}
