import {getSha1, type CharmPorts, type Desired, type Facet} from '#charm';

import {takeNotes} from '../../shared/server.ts';

/** A user who may do everything in one virtual host. Names hold nothing that JSON would have to escape. */
export interface Account {
  readonly username: string;
  readonly vhost: string;
  readonly password: string;
}

/** A decision with the users that the broker should have; none that is there is ever taken away. */
export interface BrokerDecision extends Desired {
  readonly accounts?: readonly Account[];
}

/** Digests of the accounts that the broker has taken. */
export interface Accounts {
  readonly made: readonly string[];
}

const NOTE = 'accounts';

/** What the broker has taken from this unit. */
export async function readAccounts({ledger}: CharmPorts): Promise<Accounts> {
  return {made: (await ledger.read()).notes[NOTE] ?? []};
}

/** Whether the broker has taken an account, with this password. */
export function isMade({made}: Accounts, account: Account): boolean {
  return made.includes(getDigest(account));
}

/**
 * Gives the broker its users, virtual hosts and permissions in one run of rabbitmqctl, once for each set of them. Under load
 * rabbitmqctl fails now and then: the next hook tries again, and the hook itself does not fail.
 */
export function createAccountsFacet(ports: CharmPorts): Facet<BrokerDecision> {
  let isTried = false;
  return {
    name: 'accounts',
    plan: async ({accounts = []}) => {
      const known = await readAccounts(ports);
      if (isTried || accounts.every((account) => isMade(known, account))) {
        return [];
      }
      return [
        {
          summary: `give the broker ${[...new Set(accounts.map(({username}) => username))].sort().join(' ')}`,
          apply: async () => {
            isTried = true;
            await importAccounts(accounts, ports);
          },
        },
      ];
    },
  };
}

async function importAccounts(accounts: readonly Account[], {host, ledger, tools}: CharmPorts): Promise<void> {
  // By standard input, since passwords are in it. What is there is changed to this, and nothing else is.
  const {exitCode} = await host.processes.run('rabbitmqctl', ['--quiet', 'import_definitions'], {
    stdin: renderDefinitions(accounts),
    timeoutMs: 2 * 60_000,
  });
  if (exitCode !== 0) {
    await tools.jujuLog('WARNING', `rabbitmqctl import_definitions ends with status ${exitCode}`);
    return;
  }
  await takeNotes(ledger, {[NOTE]: accounts.map(getDigest).sort()});
}

/** In the form of the broker's own exports (RabbitMQ's guide to definitions). */
function renderDefinitions(accounts: readonly Account[]): string {
  const users = new Map(accounts.map(({username, password}) => [username, {name: username, password, tags: ''}]));
  const all = {configure: '.*', write: '.*', read: '.*'};
  return JSON.stringify({
    users: [...users.values()],
    vhosts: [...new Set(accounts.map(({vhost}) => vhost))].map((name) => ({name})),
    permissions: accounts.map(({username, vhost}) => ({user: username, vhost, ...all})),
  });
}

function getDigest({username, vhost, password}: Account): string {
  return getSha1(JSON.stringify([username, vhost, password]));
}
