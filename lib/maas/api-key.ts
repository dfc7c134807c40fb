import {MaasError} from './errors.ts';

/** A MAAS API key. Its `token` and `secret` are as good as a password. */
export interface ApiKey {
  readonly consumer: string;
  readonly token: string;
  readonly secret: string;
}

/** Parts of printable ASCII, as MAAS makes them. */
const KEY = /^(?<consumer>[!-9;-~]+):(?<token>[!-9;-~]+):(?<secret>[!-9;-~]+)$/;

/** Whether a text is a key as MAAS shows it. */
export function isApiKey(text: string): boolean {
  return KEY.test(text.trim());
}

/** A key as MAAS shows it, `consumer:token:secret`; white space round it is passed over. Throws a MaasError that does not repeat it. */
export function parseApiKey(text: string): ApiKey {
  const {consumer, token, secret} = KEY.exec(text.trim())?.groups ?? {};
  if (consumer === undefined || token === undefined || secret === undefined) {
    throw new MaasError('invalid', 'the MAAS API key is not three parts joined by colons');
  }
  return {consumer, token, secret};
}

/** What makes one request differ from all others: MAAS takes a nonce once, and a timestamp within five minutes of its clock. */
export interface Freshness {
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/**
 * The Authorization header of one request: OAuth 1.0 with the signature method PLAINTEXT (RFC 5849, 3.4.4 and 3.5.1), which is
 * what MAAS takes. MAAS gives consumers no secret, so the signature is `&` and the token's secret.
 */
export function getAuthorization({consumer, token, secret}: ApiKey, {nonce, timestamp}: Freshness): string {
  const parameters = {
    oauth_version: '1.0',
    oauth_signature_method: 'PLAINTEXT',
    oauth_consumer_key: consumer,
    oauth_token: token,
    oauth_signature: `&${encode(secret)}`,
    oauth_nonce: nonce,
    oauth_timestamp: String(timestamp),
  };
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}="${encode(value)}"`);
  return `OAuth ${pairs.join(', ')}`;
}

/** RFC 5849, 3.6: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
