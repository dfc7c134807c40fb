import type {ApiKey} from '#maas';

/** MAAS takes a timestamp that is no further from its clock. */
const LARGEST_SKEW_S = 300;

/**
 * Whether an Authorization header shows the key: OAuth 1.0 with the signature method PLAINTEXT, consumers without a secret, a
 * nonce, and a timestamp near `now` (in seconds since 1970), which is what MAAS asks for.
 */
export function isAuthorized(header: string | undefined, {consumer, token, secret}: ApiKey, now: number): boolean {
  const parameters = parseAuthorization(header ?? '');
  const wanted = [
    ['oauth_version', '1.0'],
    ['oauth_signature_method', 'PLAINTEXT'],
    ['oauth_consumer_key', consumer],
    ['oauth_token', token],
  ] as const;
  // The secret is encoded twice: as a part of the signature, and with it.
  const isSigned = decode(parameters.get('oauth_signature')) === `&${secret}`;
  const hasKey = isSigned && wanted.every(([name, value]) => parameters.get(name) === value);
  const skew = Math.abs(Number(parameters.get('oauth_timestamp') ?? Number.NaN) - now);
  return hasKey && (parameters.get('oauth_nonce') ?? '') !== '' && skew <= LARGEST_SKEW_S;
}

/** The parameters of an OAuth header, decoded once; none of a header of another kind. */
function parseAuthorization(header: string): ReadonlyMap<string, string> {
  const list = /^OAuth\s+(?<list>.*)$/i.exec(header)?.groups?.['list'] ?? '';
  const pairs = list.matchAll(/(?<name>\w+)="(?<value>[^"]*)"/g);
  return new Map(Array.from(pairs, ({groups}) => [groups?.['name'] ?? '', decode(groups?.['value']) ?? '']));
}

/** Undefined for what is no percent-encoding, which then equals nothing that is asked for. */
function decode(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
