import type {Printable} from './yaml.ts';

/** Any plain value as something that can be printed; what is not plain becomes text. */
export function toPrintable(value: unknown): Printable {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'undefined':
      return value;
    case 'object':
      return toPrintableObject(value);
    default:
      return String(value);
  }
}

function toPrintableObject(value: object | null): Printable {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toPrintable);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toPrintable(entry)]));
}

/** Whether a value is a map. */
export function isPrintableMap(value: Printable): value is {readonly [key: string]: Printable} {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
