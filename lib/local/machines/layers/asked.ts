import {join} from 'node:path';

import {readJson, replaceJson} from '../../store/json-file.ts';
import {isPackageName} from './package-layer.ts';

/** What the commands of an /var/log/apt/history.log asked for, and how far it was read. */
export interface AskedPackages {
  /** Sorted, each once. Without versions and releases: an archive may have others by now. */
  readonly packages: readonly string[];
  /** Where to go on reading next time, in characters: behind the last whole stanza. */
  readonly end: number;
}

/** Options of apt-get whose value is the next word (apt-get(8)), by letter and by name. */
const LAST_LETTER_WITH_VALUE = /^-[^cota]*[cota]$/;
const NAMES_WITH_VALUE = ['config-file', 'option', 'target-release', 'default-release', 'host-architecture'];

/**
 * Package names behind `apt-get install` (and `apt install`) on the command lines of a history log, which is what charms asked
 * for; what came along is not among them. What is to be removed (`name-`), files and patterns are left out. A stanza that apt
 * still writes is left for the next time.
 */
export function readAskedPackages(historyLog: string, since = 0): AskedPackages {
  // A log that is shorter than before is another one: logrotate was there.
  const begin = since <= historyLog.length ? since : 0;
  const text = historyLog.slice(begin);
  const last = [...text.matchAll(/^End-Date: .*\n/gm)].at(-1);
  const whole = last === undefined ? '' : text.slice(0, last.index + last[0].length);
  const lines = [...whole.matchAll(/^Commandline: (.*)$/gm)];
  const packages = lines.flatMap(([, line = '']) => readInstallCommand(line.split(/\s+/)));
  return {packages: [...new Set(packages)].sort(), end: begin + whole.length};
}

function readInstallCommand([program = '', ...words]: readonly string[]): string[] {
  if (!/(^|\/)apt(-get)?$/.test(program)) return [];
  const [verb, ...names] = dropOptions(words);
  if (verb !== 'install') return [];
  return names.map((name) => name.replace(/[=/].*$/s, '')).filter((name) => isPackageName(name) && !name.endsWith('-'));
}

function dropOptions(words: readonly string[]): string[] {
  const kept: string[] = [];
  let isValue = false;
  let isOver = false;
  for (const word of words) {
    if (isValue) {
      isValue = false;
    } else if (!isOver && word === '--') {
      isOver = true;
    } else if (!isOver && word.startsWith('-')) {
      isValue = takesNext(word);
    } else if (word !== '') {
      kept.push(word);
    }
  }
  return kept;
}

/** `-o` and `-yo` take the next word, `-oDpkg::Options::=x` and `--option=x` do not. */
function takesNext(option: string): boolean {
  if (option.startsWith('--')) return NAMES_WITH_VALUE.includes(option.slice(2));
  return LAST_LETTER_WITH_VALUE.test(option);
}

interface AskedFile {
  readonly packages: readonly string[];
}

function isAskedFile(value: unknown): value is AskedFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'packages' in value &&
    Array.isArray(value.packages) &&
    value.packages.every((name) => typeof name === 'string')
  );
}

/** Keeps what was asked for by charm, a file each, so that processes do not wait for each other. */
export function createAskedStore(folder: string): {
  readonly get: (charmHash: string) => Promise<readonly string[] | null>;
  readonly set: (charmHash: string, packages: readonly string[]) => Promise<void>;
} {
  const locate = (charmHash: string): string => {
    if (!/^[\w.-]+$/.test(charmHash)) throw new TypeError('the hash of a charm is not a file name');
    return join(folder, `${charmHash}.json`);
  };
  return {
    get: async (charmHash) => (await readJson(locate(charmHash), isAskedFile))?.packages ?? null,
    set: (charmHash, packages) => replaceJson(locate(charmHash), {packages: [...new Set(packages)].sort()}),
  };
}
