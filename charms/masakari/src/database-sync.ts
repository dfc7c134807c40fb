import type {CharmPorts, Desired, Facet, LedgerStore} from '#charm';

/** Under this name the ledger keeps the relation whose database was brought up to date. */
export const DATABASE_NOTE = 'database';
/** Under this name it keeps the relation whose database could not be, until it can. */
export const FAILURE_NOTE = 'database failure';

/** A decision that may ask for the database's tables to be made. */
export interface DatabaseDecision extends Desired {
  /** The shared-db relation whose database this unit, the leader, brings up to date. */
  readonly syncDatabase?: string;
}

/**
 * Runs `masakari-manage db sync` as Masakari's own user, once for each database. A failure is noted and tried again by the
 * next hook: the hook itself does not fail, which would take back what it said on relations, and with it the cluster's VIPs.
 */
export function createDatabaseSyncFacet(ports: CharmPorts): Facet<DatabaseDecision> {
  // One try a hook: oslo.db has tried for minutes before it gives up.
  let isTried = false;
  return {
    name: 'database',
    plan: async ({syncDatabase}) => {
      const {notes} = await ports.ledger.read();
      if (isTried || syncDatabase === undefined || notes[DATABASE_NOTE]?.[0] === syncDatabase) {
        return [];
      }
      return [
        {
          summary: `masakari-manage db sync for ${syncDatabase}`,
          apply: async () => {
            isTried = true;
            await syncDatabaseOf(syncDatabase, ports);
          },
        },
      ];
    },
  };
}

async function syncDatabaseOf(relation: string, {host, ledger, tools}: CharmPorts): Promise<void> {
  const args = ['-u', 'masakari', '--', 'masakari-manage', 'db', 'sync'];
  const {exitCode} = await host.processes.run('runuser', args, {timeoutMs: 10 * 60_000});
  if (exitCode === 0) {
    await note(ledger, {[DATABASE_NOTE]: [relation], [FAILURE_NOTE]: []});
    return;
  }
  // What it printed may hold the database's URL; it is in Masakari's own log.
  await tools.jujuLog('WARNING', `masakari-manage db sync failed with status ${exitCode}, see /var/log/masakari`);
  await note(ledger, {[FAILURE_NOTE]: [relation]});
}

/** Remembers; an empty list is nothing to remember. */
async function note(ledger: LedgerStore, change: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const {notes} = await ledger.read();
  const all = Object.entries({...notes, ...change}).filter(([, values]) => values.length > 0);
  await ledger.update({notes: Object.fromEntries(all)});
}
