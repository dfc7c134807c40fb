import type {CharmPorts, Desired, Facet} from '#charm';

/** Under this name the ledger keeps the relation whose database was brought up to date. */
export const DATABASE_NOTE = 'database';

/** A decision that may ask for the database's tables to be made. */
export interface DatabaseDecision extends Desired {
  /** The shared-db relation whose database this unit, the leader, brings up to date. */
  readonly syncDatabase?: string;
}

/** Masakari's tables could not be made; a retry may. */
export class DatabaseSyncError extends Error {
  override readonly name = 'DatabaseSyncError';
}

/** Runs `masakari-manage db sync` as Masakari's own user, once for each database. */
export function createDatabaseSyncFacet({host, ledger}: CharmPorts): Facet<DatabaseDecision> {
  return {
    name: 'database',
    plan: async ({syncDatabase}) => {
      const {notes} = await ledger.read();
      if (syncDatabase === undefined || notes[DATABASE_NOTE]?.[0] === syncDatabase) {
        return [];
      }
      return [
        {
          summary: `masakari-manage db sync for ${syncDatabase}`,
          apply: async () => {
            const args = ['-u', 'masakari', '--', 'masakari-manage', 'db', 'sync'];
            const {exitCode} = await host.processes.run('runuser', args, {timeoutMs: 10 * 60_000});
            if (exitCode !== 0) {
              // What it printed may hold the database's URL; it is in Masakari's own log.
              throw new DatabaseSyncError(
                `masakari-manage db sync failed with status ${exitCode}, see /var/log/masakari`,
              );
            }
            await ledger.update({notes: {...(await ledger.read()).notes, [DATABASE_NOTE]: [syncDatabase]}});
          },
        },
      ];
    },
  };
}
