/** Storage and device directives of bundles: `ebs,2,10G`, `2,nvidia.com/gpu,model=x`. */

import {parseSize} from '../charm/storage.ts';
import {NameError} from '../errors.ts';
import {quote} from '../names/go-format.ts';

/** How much storage of which pool to make; `size` is in MiB, 0 for the charm's own. */
export interface StorageDirective {
  readonly pool: string;
  readonly count: number;
  readonly size: number;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (count > 0) return count;
  throw new NameError(`cannot parse count: count must be greater than zero, got ${quote(text)}`);
}

/** Reads a storage directive, whose fields are told apart by their shape; unknown fields are passed over as Juju does. Throws a
 * NameError. */
export function parseStorageDirective(text: string): StorageDirective {
  let directive: StorageDirective = {pool: '', count: 0, size: 0};
  for (const field of text.split(',')) {
    const size = parseSize(field);
    if (/^-?[0-9]+$/u.test(field)) directive = {...directive, count: parseCount(field)};
    else if (size !== null) directive = {...directive, size};
    else if (/^[a-zA-Z]+[-?a-zA-Z0-9]*$/u.test(field)) directive = {...directive, pool: field};
  }
  return directive.count === 0 ? {...directive, count: 1} : directive;
}

/** How many devices of which type. */
export interface DeviceDirective {
  readonly type: string;
  readonly count: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Reads a device directive. Throws a NameError. */
export function parseDeviceDirective(text: string): DeviceDirective {
  const fields = text.split(',');
  const hasCount = /^-?[0-9]+$/u.test(fields[0] ?? '');
  const count = hasCount ? Number(fields.shift()) : 1;
  if (count <= 0) throw new NameError(`count must be greater than zero, got ${quote(text.split(',')[0] ?? '')}`);
  const [type = '', attributes = '', ...rest] = fields;
  if (type === '' || rest.length > 0) {
    throw new NameError(
      'cannot parse device constraints string, supported format is [<count>,]<device-class>|<vendor/type>[,<key>=<value>;...]',
    );
  }
  const pairs = attributes === '' ? [] : attributes.split(';').map(parseAttribute);
  return {type, count, attributes: Object.fromEntries(pairs)};
}

function parseAttribute(text: string): readonly [string, string] {
  const [key = '', value, ...rest] = text.split('=');
  if (key === '' || value === undefined || rest.length > 0) {
    throw new NameError(`device attribute key/value pair has bad format: ${quote(text)}`);
  }
  return [key, value];
}
