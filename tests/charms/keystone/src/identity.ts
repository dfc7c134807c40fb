import {getSha1, type CharmPorts, type Facet} from '#charm';

import {takeNotes, type ServerDecision} from '../../shared/server.ts';
import type {Entry} from './catalogue.ts';

/** A user of the services' domain with the role `admin` in one project of it. */
export interface IdentityUser {
  readonly username: string;
  readonly password: string;
  readonly project: string;
}

/** What Keystone should hold, beside what it was bootstrapped with. */
export interface WantedIdentity {
  readonly admin: {readonly authUrl: string; readonly password: string};
  /** The first is that of users and projects. */
  readonly domains: readonly {readonly name: string; readonly id: string}[];
  readonly users: readonly IdentityUser[];
  readonly endpoints: readonly Entry[];
}

/** A decision with what Keystone should hold; absent while this unit has no say in it. */
export interface IdentityDecision extends ServerDecision {
  readonly identity?: WantedIdentity;
}

/** What Keystone is known to hold. */
export interface MadeIdentity {
  /** Digests of users. */
  readonly users: readonly string[];
  /** Ids by name. */
  readonly projects: Readonly<Record<string, string>>;
}

/** The program that calls Keystone's API, as the charm ships it. */
export const IDENTITY_PROGRAM = '/usr/local/lib/keystone-charm/identity.py';

const DIGEST_NOTE = 'identity';
const USERS_NOTE = 'identity users';
const PROJECTS_NOTE = 'identity projects';

/** Reads what earlier hooks of this unit made. */
export async function readMadeIdentity({ledger}: CharmPorts): Promise<MadeIdentity> {
  const {notes} = await ledger.read();
  const pairs = (notes[PROJECTS_NOTE] ?? []).map((text): [string, string] => {
    const at = text.lastIndexOf('=');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return {users: notes[USERS_NOTE] ?? [], projects: Object.fromEntries(pairs)};
}

/** Whether Keystone holds a user, with this password and project. */
export function isUserMade({users}: MadeIdentity, user: IdentityUser): boolean {
  return users.includes(getUserDigest(user));
}

/**
 * Makes in Keystone, through its API and in one process, what should be there; once for each wish. A failure is tried again by the next
 * hook: the hook itself does not fail, which would take back nothing but tell nobody anything either.
 */
export function createIdentityFacet({host, ledger, tools}: CharmPorts): Facet<IdentityDecision> {
  let isTried = false;
  return {
    name: 'identity',
    plan: async ({identity}) => {
      const digest = getSha1(JSON.stringify(identity ?? null));
      if (isTried || identity === undefined || (await ledger.read()).notes[DIGEST_NOTE]?.[0] === digest) {
        return [];
      }
      const {users, endpoints} = identity;
      const projects = [...new Set(['services', ...users.map(({project}) => project)])];
      return [
        {
          summary: `${users.length} users and ${endpoints.length} services`,
          apply: async () => {
            isTried = true;
            const {exitCode, stdout, stderr} = await host.processes.run('python3', [IDENTITY_PROGRAM], {
              // By standard input, since passwords are in it.
              stdin: JSON.stringify({...identity, projects, endpoints: endpoints.map(toEndpoint)}),
              timeoutMs: 5 * 60_000,
            });
            if (exitCode !== 0) {
              await tools.jujuLog('WARNING', `Keystone's API cannot be used yet: ${getLastLine(stderr)}`);
              return;
            }
            await takeNotes(ledger, {
              [DIGEST_NOTE]: [digest],
              [USERS_NOTE]: users.map(getUserDigest),
              [PROJECTS_NOTE]: readProjects(stdout),
            });
          },
        },
      ];
    },
  };
}

function toEndpoint({service, type, region, publicUrl, internalUrl, adminUrl}: Entry): object {
  return {service, type, region, urls: {public: publicUrl, internal: internalUrl, admin: adminUrl}};
}

/** A Python error: its kind and what it says, no values of variables. */
function getLastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function readProjects(json: string): readonly string[] {
  const projects: unknown = JSON.parse(json);
  return Object.entries(projects ?? {}).map(([name, id]) => `${name}=${String(id)}`);
}

function getUserDigest({username, password, project}: IdentityUser): string {
  return getSha1(JSON.stringify([username, password, project]));
}
