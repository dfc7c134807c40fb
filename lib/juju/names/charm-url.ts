import {NameError} from '../errors.ts';
import {quote} from './go-format.ts';
import {isApplicationName} from './names.ts';

/** Where a charm is from, taken apart. */
export interface CharmUrl {
  /** `ch` is Charmhub, `cs` the charm store of Juju 2.9 and before, `local` an uploaded charm. */
  readonly schema: 'ch' | 'cs' | 'local';
  /** The owner in a charm store URL: `gnuoy` of `cs:~gnuoy/masakari-4`. */
  readonly user: string;
  readonly architecture: string;
  readonly series: string;
  readonly name: string;
  /** -1 when the URL has none. */
  readonly revision: number;
}

const architectures: ReadonlySet<string> = new Set(['amd64', 'arm64', 'armhf', 'i386', 'ppc64el', 'riscv64', 's390x']);
const user = /^[a-zA-Z0-9][a-zA-Z0-9+.-]+$/u;
const series = /^[a-z]+(?:[a-z0-9]+)?$/u;

/** Whether a text is an architecture that Juju knows. */
export function isArchitecture(text: string): boolean {
  return architectures.has(text);
}

/** Whether a text has the form of a series name, known or not. */
export function isSeriesName(text: string): boolean {
  return series.test(text);
}

/** Whether a bundle's `charm` is a file or folder rather than a URL: it starts with a dot or is absolute. */
export function isCharmPath(text: string): boolean {
  return text.startsWith('.') || text.startsWith('/');
}

/** Whether a URL names the charm store of old, which no longer exists. */
export function isStoreUrl(text: string): boolean {
  return text.startsWith('cs:');
}

/** Takes a charm URL apart; without a schema it is Charmhub's. Throws a NameError with Juju's text. */
export function parseCharmUrl(text: string): CharmUrl {
  const colon = text.indexOf(':');
  const schema = getSchema(colon < 0 ? 'ch' : text.slice(0, colon), text);
  const parts = text.slice(colon + 1).split('/');
  const owner = getUser(schema, parts, text);
  const architecture = schema === 'ch' && isArchitecture(parts[0] ?? '') ? takeFirst(parts) : '';
  const release = takeFirst(parts);
  const [last = ''] = parts;
  if (parts.length !== 1) throw new NameError(`charm or bundle URL has invalid form: ${quote(text)}`);
  if (last === '') throw new NameError(`URL without charm or bundle name: ${quote(text)}`);
  if (release !== '' && !isSeriesName(release)) {
    throw new NameError(`cannot parse URL ${quote(text)}: series name ${quote(release)} not valid`);
  }
  return {schema, user: owner, architecture, series: release, ...getNameAndRevision(last, text)};
}

/** Takes a part that is followed by others; the last part is the name. */
function takeFirst(parts: string[]): string {
  return parts.length > 1 ? (parts.shift() ?? '') : '';
}

function getSchema(schema: string, text: string): CharmUrl['schema'] {
  if (schema === 'ch' || schema === 'cs' || schema === 'local') return schema;
  throw new NameError(`cannot parse URL ${quote(text)}: schema ${quote(schema)} not valid`);
}

function getUser(schema: CharmUrl['schema'], parts: string[], text: string): string {
  if (!(parts[0] ?? '').startsWith('~')) return '';
  if (schema === 'local') throw new NameError(`local charm or bundle URL with user name: ${quote(text)}`);
  if (schema === 'ch') throw new NameError(`charmhub charm or bundle URL with user name: ${quote(text)} not valid`);
  const owner = (parts.shift() ?? '').slice(1);
  if (!user.test(owner)) throw new NameError(`charm or bundle URL has invalid user name: ${quote(text)}`);
  return owner;
}

function getNameAndRevision(last: string, text: string): {name: string; revision: number} {
  const match = /^(.+)-(\d+)$/u.exec(last);
  const name = match?.[1] ?? last;
  if (!isApplicationName(name)) throw new NameError(`cannot parse URL ${quote(text)}: name ${quote(name)} not valid`);
  return {name, revision: match === null ? -1 : Number(match[2])};
}

/** The printed form; parsing it gives the same URL. */
export function renderCharmUrl(url: CharmUrl): string {
  const owner = url.user === '' ? '' : `~${url.user}`;
  const last = url.revision < 0 ? url.name : `${url.name}-${url.revision}`;
  return `${url.schema}:${[owner, url.architecture, url.series, last].filter((part) => part !== '').join('/')}`;
}
