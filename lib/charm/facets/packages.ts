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
  // Packages do not go away while a hook runs, so later rounds ask only for what they add.
  const known = new Set<string>();
  const tried = new Set<string>();
  return {
    name: 'packages',
    plan: async ({packages = []}) => {
      const asked = [...new Set(packages)].filter((name) => !known.has(name)).sort();
      if (asked.length === 0) {
        return [];
      }
      const installed = await readInstalled(processes, asked);
      installed.forEach((_version, name) => known.add(name));
      const missing = asked.filter((name) => !installed.has(name));
      checkTried(missing, tried);
      missing.forEach((name) => tried.add(name));
      return missing.length === 0 ? [] : [createInstallStep(processes, missing)];
    },
  };
}

/** apt-get takes names that no package has (virtual ones) and is content with another; the next look would miss it again. */
function checkTried(missing: readonly string[], tried: ReadonlySet<string>): void {
  const lost = missing.filter((name) => tried.has(name));
  if (lost.length > 0) {
    throw new PackageError(`not installed after apt-get install succeeded, is it a virtual package: ${lost.join(' ')}`);
  }
}

/**
 * Names of installed packages with their versions. A package that dpkg does not know is just not among them. Throws a
 * PackageError when dpkg cannot tell, which must not be taken for packages that are missing.
 */
export async function readInstalled(
  processes: Processes,
  packages: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (packages.length === 0) {
    return new Map();
  }
  const format = '${Package}\\t${db:Status-Status}\\t${Version}\\n';
  const result = await processes.run('dpkg-query', ['--show', `--showformat=${format}`, ...packages]);
  // It ends with 1 when one of several names is unknown, and prints the others all the same.
  if (result.exitCode !== 1) {
    check('dpkg-query', result);
  }
  const rows = result.stdout.split('\n').map((line) => line.split('\t'));
  return new Map(
    rows.flatMap(([name, state, version]) => (state === 'installed' ? [[name ?? '', version ?? '']] : [])),
  );
}

// Configuration files are ours: dpkg must never stop and ask about one.
const KEEP = ['--option', 'Dpkg::Options::=--force-confdef', '--option', 'Dpkg::Options::=--force-confold'];
// On a fresh machine unattended upgrades may hold the lock.
const WAIT = ['--option', 'DPkg::Lock::Timeout=600'];
const INSTALL = ['install', '--yes', '--quiet', '--no-install-recommends', ...KEEP, ...WAIT];

function createInstallStep(processes: Processes, missing: readonly string[]): Step {
  const environment = {DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none'};
  const run = (program: string, args: readonly string[]): Promise<CommandResult> =>
    processes.run(program, args, {timeoutMs: INSTALL_TIMEOUT_MS, environment});
  return {
    summary: `install ${missing.join(' ')}`,
    apply: async () => {
      check('apt-get update', await run('apt-get', ['update', '--quiet']));
      const first = await run('apt-get', [...INSTALL, ...missing]);
      if (!isInterrupted(first)) {
        check('apt-get install', first);
        return;
      }
      check('dpkg --configure', await run('dpkg', ['--configure', '--pending', '--force-confdef', '--force-confold']));
      check('apt-get install', await run('apt-get', [...INSTALL, ...missing]));
    },
  };
}

/** A hook was killed while dpkg ran; until that is mended, apt-get refuses everything and names the command. */
function isInterrupted({exitCode, stderr}: CommandResult): boolean {
  return exitCode !== 0 && stderr.includes('dpkg --configure -a');
}

function check(what: string, {exitCode, stderr}: CommandResult): void {
  if (exitCode !== 0) {
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    throw new PackageError(`${what} failed with status ${exitCode}: ${reason}`);
  }
}
