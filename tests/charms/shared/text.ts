import {isOneLine} from '#openstack';
import * as z from 'zod/mini';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u;

/** Whether a text can be a user, a database, a virtual host or a project as it stands. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Whether a text is an http URL on one line. */
export function isUrl(text: string): boolean {
  return isOneLine(text) && /^https?:\/\//u.test(text) && URL.canParse(text);
}

/** An http URL in relation data. */
export const urlField = z.string().check(z.refine(isUrl, 'must be a URL'));
