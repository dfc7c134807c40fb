import * as z from 'zod/mini';

import {CloudError} from './errors.ts';

/** How the program reaches OpenStack. */
export interface CloudCredentials {
  /** Of Keystone's API, version 3: `http://host:port/v3`. */
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  /** The name of the domain of user and project. */
  readonly domain: string;
  readonly region: string;
  /** Which endpoints of the catalogue it calls. */
  readonly interface: 'public' | 'internal';
}

const text = z.string().check(z.minLength(1));
const Shape = z.object({
  authUrl: text,
  username: text,
  password: text,
  project: text,
  domain: text,
  region: text,
  interface: z.enum(['public', 'internal']),
});

/** What `parseCredentials` reads. */
export function renderCredentials(credentials: CloudCredentials): string {
  return `${JSON.stringify(credentials, null, 2)}\n`;
}

/** Throws a CloudError that names nothing of what is there. */
export function parseCredentials(json: string): CloudCredentials {
  try {
    return Shape.parse(JSON.parse(json));
  } catch {
    throw new CloudError('the file with the credentials is not whole');
  }
}
