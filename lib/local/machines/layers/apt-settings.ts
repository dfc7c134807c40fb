/** What `apt-config dump` says: names in lower case, since apt does not tell them apart, with all values of each. */
export type AptSettings = ReadonlyMap<string, readonly string[]>;

/** Reads `apt-config dump`: `Acquire::http::Proxy "http://proxy.example:3128";` on a line each. */
export function readAptSettings(dump: string): AptSettings {
  const settings = new Map<string, string[]>();
  for (const line of dump.split('\n')) {
    const [, name, value] = /^(\S+) "(.*)";$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = name.toLowerCase().replace(/::$/, '');
    settings.set(key, [...(settings.get(key) ?? []), value]);
  }
  return settings;
}

/** The one value of a setting; empty when it has none. */
export function getSetting(settings: AptSettings, name: string): string {
  return settings.get(name.toLowerCase())?.find((value) => value !== '') ?? '';
}

/** Names of settings that machines take over, since with them the host's archives may be usable only so. */
const TAKEN_OVER = ['Acquire::Check-Valid-Until', 'Acquire::Check-Date', 'Acquire::By-Hash'];

/** The host's settings that decide whether its archives are accepted, as a file for machines. */
export function renderTakenOver(settings: AptSettings): string {
  return TAKEN_OVER.flatMap((name) => {
    const value = getSetting(settings, name);
    return /^[\w-]+$/.test(value) ? [`${name} "${value}";\n`] : [];
  }).join('');
}

/**
 * The proxy through which apt would get this, or null when it asks the archive itself. As apt-transport-http(1) has it: the
 * setting of the host, then that of the protocol, then the environment's; `DIRECT` means none. https uses the settings of
 * http where it has none of its own.
 */
export function getProxy(
  settings: AptSettings,
  environment: Readonly<Record<string, string | undefined>>,
  target: URL,
): URL | null {
  const scheme = target.protocol === 'https:' ? 'https' : 'http';
  const configured = [`${scheme}::proxy::${target.hostname}`, `${scheme}::proxy`, `http::proxy::${target.hostname}`]
    .concat(scheme === 'https' ? ['http::proxy'] : [])
    .map((name) => getSetting(settings, `acquire::${name}`))
    .find((value) => value !== '');
  if (configured !== undefined) return configured === 'DIRECT' ? null : parseUrl(configured);
  if (isExcepted(environment['no_proxy'] ?? '', target.hostname)) return null;
  return parseUrl(environment[`${scheme}_proxy`] ?? environment['all_proxy'] ?? '');
}

function isExcepted(exceptions: string, hostname: string): boolean {
  return exceptions
    .split(',')
    .map((entry) => entry.trim())
    .some(
      (entry) =>
        entry !== '' && (entry === '*' || hostname === entry || hostname.endsWith(`.${entry.replace(/^\./, '')}`)),
    );
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
