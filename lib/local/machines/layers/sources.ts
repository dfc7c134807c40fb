/** One place that apt installs from, as its sources say it. */
export interface Archive {
  /** Without a slash at its end: `https://mirror.example/debian`. */
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** What is asked of a source before machines use it: that it belongs to the distribution itself. */
export interface Distribution {
  readonly id: 'debian' | 'ubuntu';
  /** As the archive calls the release: bookworm, noble. */
  readonly codename: string;
  /** As dpkg calls it: amd64, arm64. */
  readonly architecture: string;
}

interface Source extends Archive {
  readonly types: readonly string[];
  readonly architectures: readonly string[];
  readonly signedBy: string;
  readonly isEnabled: boolean;
}

/** A file of /etc/apt/sources.list or /etc/apt/sources.list.d. */
export interface SourcesFile {
  readonly path: string;
  readonly content: string;
}

const COMPONENTS = {
  debian: ['main', 'contrib', 'non-free', 'non-free-firmware'],
  ubuntu: ['main', 'restricted', 'universe', 'multiverse'],
};

/** Behind the codename, by a dash (or a slash, as Debian's security archive had it before bullseye). */
const POCKETS = ['', '-updates', '-security', '/updates'];

/** The keyrings by which distributions sign their archives; a third party brings its own (sources.list(5), Signed-By). */
const KEYRING = /^\/(usr\/share|etc\/apt)\/keyrings\/(debian|ubuntu)-archive-[\w.-]+$/;

/** The keyring with all of a distribution's keys, on the host and in its machines. */
export function getKeyring({id}: Pick<Distribution, 'id'>): string {
  return `/usr/share/keyrings/${id}-archive-keyring.gpg`;
}

/**
 * The distribution's own archives among what apt is told to use, in that order; those of third parties, sources that are
 * switched off, source packages and other architectures are left out. Both formats of sources.list(5) are read.
 */
export function readArchives(files: readonly SourcesFile[], distribution: Distribution): Archive[] {
  const sources = files.flatMap(({path, content}) =>
    path.endsWith('.sources') ? readStanzas(content) : readLines(content),
  );
  const archives = sources
    .filter((source) => isOurs(source, distribution))
    .map(({uri, suites, components}) => ({uri, suites, components}));
  return archives.filter((archive, at) => archives.findIndex((other) => isSame(other, archive)) === at);
}

function isSame(a: Archive, b: Archive): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isOurs(source: Source, {id, codename, architecture}: Distribution): boolean {
  const {types, architectures, signedBy, suites, components, isEnabled} = source;
  return (
    isEnabled &&
    types.includes('deb') &&
    (architectures.length === 0 || architectures.includes(architecture)) &&
    (signedBy === '' || KEYRING.test(signedBy)) &&
    suites.length > 0 &&
    suites.every((suite) => POCKETS.some((pocket) => suite === `${codename}${pocket}`)) &&
    components.length > 0 &&
    components.every((component) => COMPONENTS[id].includes(component))
  );
}

/** One source of each URI: apt takes every combination, and machines have a number for each archive. */
function readStanzas(content: string): Source[] {
  return content
    .split(/\n(?:[ \t]*\n)+/)
    .map(readFields)
    .flatMap((fields) => {
      const get = (name: string): string[] => splitWords(fields.get(name) ?? '');
      return get('uris').map((uri) => ({
        uri: trimUri(uri),
        types: get('types'),
        suites: get('suites'),
        components: get('components'),
        architectures: get('architectures'),
        signedBy: (fields.get('signed-by') ?? '').trim(),
        isEnabled: !['no', 'false', 'without', 'off', 'disable', '0'].includes(
          (fields.get('enabled') ?? 'yes').trim().toLowerCase(),
        ),
      }));
    });
}

function readFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name, value] = /^([\w-]+):(.*)$/.exec(line) ?? [];
    if (name !== undefined) last = name.toLowerCase();
    if (last !== '') fields.set(last, name === undefined ? `${fields.get(last) ?? ''}\n${line}` : (value ?? ''));
  }
  return fields;
}

const LINE = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)$/;

function readLines(content: string): Source[] {
  return content.split('\n').flatMap((text) => {
    const [, type, options = '', uri, suite, components = ''] = LINE.exec(text.replace(/#.*$/, '').trim()) ?? [];
    if (type === undefined || uri === undefined || suite === undefined) return [];
    const option = new Map(splitWords(options).map((pair) => readPair(pair)));
    return [
      {
        uri: trimUri(uri),
        types: [type],
        suites: [suite],
        components: splitWords(components),
        architectures: (option.get('arch') ?? '').split(',').filter((name) => name !== ''),
        signedBy: option.get('signed-by') ?? '',
        isEnabled: true,
      },
    ];
  });
}

function readPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function trimUri(uri: string): string {
  return uri.replace(/\/+$/, '');
}

/** The address by which machines ask for an archive: its number in the host's own order. */
export function getArchivePath(index: number): string {
  return `/${index}`;
}

/** What machines have in /etc/apt/sources.list.d: the same archives at the archive server's address, signatures checked. */
export function renderSources(archives: readonly Archive[], address: string, distribution: Distribution): string {
  return archives
    .map(({suites, components}, index) =>
      [
        'Types: deb',
        `URIs: ${address}${getArchivePath(index)}`,
        `Suites: ${suites.join(' ')}`,
        `Components: ${components.join(' ')}`,
        `Signed-By: ${getKeyring(distribution)}`,
        '',
      ].join('\n'),
    )
    .join('\n');
}
