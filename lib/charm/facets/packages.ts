import type {Desired} from '../desired.ts';
import type {Facet, Step} from '../facet.ts';
import type {CommandResult, Processes} from '../host.ts';

/** Installing may fetch a gigabyte over a slow mirror. */
const INSTALL_TIMEOUT_MS = 45 * 60_000;

/** A package manager's failure; a retry may mend it (a mirror that is away, a lock somebody else holds). */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

/** Debian packages: one query, and one installation of all that are missing. */
export function createPackagesFacet(processes: Processes): Facet<Desired> {
  return {
    name: 'packages',
    plan: async ({packages = []}) => {
      if (packages.length === 0) {
        return [];
      }
      const installed = await readInstalled(processes, packages);
      const missing = [...new Set(packages)].filter((name) => !installed.has(name)).sort();
      return missing.length === 0 ? [] : [createInstallStep(processes, missing)];
    },
  };
}

/** Names of installed packages with their versions. A package that dpkg does not know is just not among them. */
export async function readInstalled(
  processes: Processes,
  packages: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const format = '${Package}\\t${db:Status-Status}\\t${Version}\\n';
  // dpkg-query ends with 1 when one of several names is unknown, and prints the others all the same.
  const {stdout} = await processes.run('dpkg-query', ['--show', `--showformat=${format}`, ...packages]);
  const rows = stdout.split('\n').map((line) => line.split('\t'));
  return new Map(
    rows.flatMap(([name, state, version]) => (state === 'installed' ? [[name ?? '', version ?? '']] : [])),
  );
}

function createInstallStep(processes: Processes, missing: readonly string[]): Step {
  return {
    summary: `install ${missing.join(' ')}`,
    apply: async () => {
      const environment = {DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none'};
      const options = {timeoutMs: INSTALL_TIMEOUT_MS, environment};
      check('apt-get update', await processes.run('apt-get', ['update', '--quiet'], options));
      const install = ['install', '--yes', '--quiet', '--no-install-recommends'];
      // Configuration files are ours: dpkg must never stop and ask about one.
      const keep = ['--option', 'Dpkg::Options::=--force-confdef', '--option', 'Dpkg::Options::=--force-confold'];
      check('apt-get install', await processes.run('apt-get', [...install, ...keep, ...missing], options));
    },
  };
}

function check(what: string, {exitCode, stderr}: CommandResult): void {
  if (exitCode !== 0) {
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    throw new PackageError(`${what} failed with status ${exitCode}: ${reason}`);
  }
}
