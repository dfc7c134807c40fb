/** A line of a distribution's file that is wrong, and what it should be. */
export interface PackageDefect {
  readonly file: string;
  /** The whole line, without blanks at its ends. */
  readonly wrong: string;
  readonly right: string;
}

/**
 * Defects that only the builds of the distribution on this computer have: what is deployed on production's distribution does not meet
 * them, so that no charm may know of them. A build without the wrong line is left alone.
 */
export const PACKAGE_DEFECTS: readonly PackageDefect[] = [
  {
    // Debian 12: masakari 14.0.2 with oslo.messaging 14.0.3, a security update, which makes contexts anew from fields that it
    // knows and gives None for the rest. Every request that changes something is answered with 500.
    file: '/usr/lib/python3/dist-packages/masakari/context.py',
    wrong: 'self.read_deleted = read_deleted',
    right: 'self.read_deleted = read_deleted or "no"',
  },
];

const SCRIPT = 'etc/apt/mend-packages';

/** Files, by path from a machine's root, by which apt mends what it has installed there, each time. */
export function renderMending(defects: readonly PackageDefect[]): Readonly<Record<string, string>> {
  const commands = defects.map(
    ({file, wrong, right}) =>
      `[ ! -f ${quote(file)} ] || sed -i ${quote(`s/^\\( *\\)${escapeForSed(wrong)} *$/\\1${escapeForSed(right)}/`)} ${quote(file)}\n`,
  );
  return {
    [SCRIPT]: ['# Mends defects of packages that this machine cloud knows of.\nset -e\n', ...commands].join(''),
    'etc/apt/apt.conf.d/90mend-packages': `DPkg::Post-Invoke {"sh /${SCRIPT}";};\n`,
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What has a meaning in a basic regular expression or its replacement (POSIX, XBD 9.3 and sed). */
function escapeForSed(text: string): string {
  return text.replaceAll(/[\\/.*[\]^$&]/g, '\\$&');
}
