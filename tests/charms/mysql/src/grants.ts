import {getSha1, type CharmPorts, type Desired, type Facet} from '#charm';

/** A database that a user may do everything in, from any host. Names hold nothing that SQL would have to quote. */
export interface Grant {
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

/** A decision with the databases and users that should be in the server; none that is there is ever taken away. */
export interface GrantingDecision extends Desired {
  readonly grants?: readonly Grant[];
}

/** The server did not take what it was told; a retry may mend that. */
export class GrantError extends Error {
  override readonly name = 'GrantError';
}

const NOTE = 'grants';

/** Makes databases and users with the server's own client, as root over its socket, once for each set of grants. */
export function createGrantsFacet({host, ledger}: CharmPorts): Facet<GrantingDecision> {
  return {
    name: 'databases',
    plan: async ({grants = []}) => {
      const sql = [...new Set(grants.map(renderGrant))].sort().join('');
      const digest = getSha1(sql);
      if (sql === '' || (await ledger.read()).notes[NOTE]?.[0] === digest) {
        return [];
      }
      return [
        {
          summary: `make ${[...new Set(grants.map(({database}) => database))].sort().join(' ')} and their users`,
          apply: async () => {
            // By standard input, since passwords are in it.
            const {exitCode} = await host.processes.run('mysql', ['--batch'], {stdin: sql});
            if (exitCode !== 0) {
              throw new GrantError(`mysql failed with status ${exitCode}, see the server's log`);
            }
            await ledger.update({notes: {...(await ledger.read()).notes, [NOTE]: [digest]}});
          },
        },
      ];
    },
  };
}

/** Statements that MySQL 8 and MariaDB 10 know alike, and that change nothing when they are repeated. */
function renderGrant({database, username, password}: Grant): string {
  return [
    `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8;`,
    `CREATE USER IF NOT EXISTS '${username}'@'%' IDENTIFIED BY '${password}';`,
    `ALTER USER '${username}'@'%' IDENTIFIED BY '${password}';`,
    // A bare underscore would stand for any character here.
    `GRANT ALL PRIVILEGES ON \`${database.replaceAll('_', '\\_')}\`.* TO '${username}'@'%';`,
    '',
  ].join('\n');
}
