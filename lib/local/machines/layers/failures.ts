import {LocalError} from '../../errors.ts';

/**
 * These packages can not be had together: the archives do not have one, or they exclude each other. Machines can still begin
 * from the base, and let their charms find out.
 */
export class LayerError extends LocalError {
  override readonly name = 'LayerError';
}

/** Shows of a long output what tells most. */
const SHOWN_LINES = 3;

interface Failure {
  readonly pattern: RegExp;
  readonly describe: (what: string, found: string) => LocalError;
}

const FAILURES: readonly Failure[] = [
  {
    pattern: /No space left on device|You don't have enough free space/,
    describe: (what) => new LocalError(`cannot build ${what}: the disk of the data folder is full`),
  },
  {
    pattern: /E: (?:Unable to locate package|Package '?)\s*'?([\w.+:-]+)/,
    describe: (what, found) =>
      new LayerError(`cannot build ${what}: the archives of this host have no package ${found}`),
  },
  {
    pattern: /have unmet dependencies|held broken packages|pkgProblemResolver/,
    describe: (what) =>
      new LayerError(`cannot build ${what}: these packages exclude each other, or need one that is not there`),
  },
  {
    pattern:
      /Failed to fetch|Unable to fetch|Could not (?:connect|resolve)|50[234]\s+the archive|is not (?:available|signed)|Hash Sum mismatch|download failed|Couldn't download|Failed getting release file|apt-get update (?=.*failed)/,
    describe: (what, found) =>
      new LocalError(
        `cannot build ${what}: the package archives of this host do not answer as they should (${found}); ` +
          '`apt-get update` on this host shows why',
      ),
  },
];

/**
 * The one line that says why a build failed, from what apt, dpkg, mmdebstrap or debootstrap printed. `what` is what was to be
 * built.
 */
export function describeFailure(what: string, output: string): LocalError {
  for (const {pattern, describe} of FAILURES) {
    const found = pattern.exec(output);
    if (found !== null) return describe(what, (found[1] ?? found[0]).trim());
  }
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.filter((line) =>
    /^(E:|dpkg: error|mount:|unshare:|setpriv:|[\w./-]+: (not found|cannot))/i.test(line),
  );
  const shown = (telling.length > 0 ? telling : lines).slice(-SHOWN_LINES).join(' | ');
  return new LocalError(`cannot build ${what}: ${shown === '' ? 'its programs printed no reason' : shown}`);
}
