import {isIPv4, isIPv6} from 'node:net';

import {parseWith, type Parse, type Parsed} from '#charm';
import * as z from 'zod/mini';

/** The longest text that is taken from a relation; what is longer is no name, password or address. */
const LONGEST_TEXT = 4096;

/** Whether a text may stand in a line of a file: no control characters, line separators or halves of characters. */
export function isOneLine(text: string): boolean {
  return text.length <= LONGEST_TEXT && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}

/** Whether a text is an IP address or a host name. */
export function isHost(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%')) || isHostName(text);
}

function isHostName(text: string): boolean {
  const labels = text.split('.');
  return text.length <= 253 && labels.every((label) => /^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$/i.test(label));
}

/** One line of text: a name or a password. */
export const textField = z
  .string()
  .check(z.refine(isOneLine, 'must be one line of at most 4096 characters without control characters'));
/** An IP address or a host name. */
export const hostField = z.string().check(z.refine(isHost, 'must be an IP address or a host name'));
/** A TCP port as text. */
export const portField = z.string().check(z.refine(isPort, 'must be a port number'));
/** The scheme of an API's URL. */
export const protocolField = z.enum(['http', 'https']);
/** A PEM text in base64, as CAs and keys stand in relation data. */
export const pemField = z.string().check(z.refine(isPemBase64, 'must be PEM text in base64'));

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

const PEM = /^-----BEGIN [A-Z0-9 ]+-----\n(?:[\x20-\x7e]*\n)*-----END [A-Z0-9 ]+-----\n?$/;

function isPemBase64(text: string): boolean {
  return text.length <= 100_000 && PEM.test(decodePem(text));
}

/** The PEM text of a `pemField`, with Unix line ends. */
export function decodePem(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8').replaceAll('\r\n', '\n');
}

/** How the Python charms write "nothing" into relation data. */
const NULLS: readonly unknown[] = ['None', '__null__', 'null'];

/** A parser for one bag. A value in `optional` that means "nothing" counts as absent. */
export function parseBag<T>(schema: z.ZodMiniType<T>, optional: readonly string[] = []): Parse<T> {
  const parse = parseWith(schema);
  return (raw): Parsed<T> =>
    parse(
      Object.fromEntries(
        Object.entries(raw).filter(([key, value]) => !(optional.includes(key) && NULLS.includes(value))),
      ),
    );
}

/** Whether a text of a Python charm means yes. */
export function isYes(text: string | undefined): boolean {
  return ['yes', 'true', '1', 'on'].includes((text ?? '').toLowerCase());
}

/** A host as it stands in a URL: an IPv6 address in brackets. */
export function formatHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** Percent-encodes all that RFC 3986 does not leave free, for the user and password of a URL. */
export function encodePart(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
