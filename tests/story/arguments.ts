/** What somebody asked for that cannot be: one line for people. */
export class StoryError extends Error {}

/** What `npm run story` is asked for. */
export type Wanted =
  | {readonly kind: 'help'}
  | {readonly kind: 'list'}
  | {readonly kind: 'tell'; readonly names: readonly string[]; readonly isKept: boolean};

export const USAGE = `usage: sudo npm run story [-- --only NAME] [--keep] [--list]

  --only NAME  one story; may be given several times
  --keep       leave the model when all is told
  --list       the names of the stories
`;

/** Reads the words behind the command; a StoryError names the word that is wrong. */
export function parseArguments(words: readonly string[], known: readonly string[]): Wanted {
  const only: string[] = [];
  const flags = new Set<string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [flag = '', value] = splitWord(word);
    if (flag === '--only') only.push(checkName(value ?? rest.shift(), known));
    else if (['--keep', '--list', '--help'].includes(word)) flags.add(word);
    else throw new StoryError(`"${word}" is not known; there are --only NAME, --keep and --list`);
  }
  if (flags.has('--help')) return {kind: 'help'};
  if (flags.has('--list')) return {kind: 'list'};
  // In the order in which they are told, whatever the order in which they were named.
  const names = only.length === 0 ? known : known.filter((name) => only.includes(name));
  return {kind: 'tell', names, isKept: flags.has('--keep')};
}

/** `--only=NAME` as `--only NAME`. */
function splitWord(word: string): readonly string[] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function checkName(name: string | undefined, known: readonly string[]): string {
  if (name === undefined || name === '') throw new StoryError('--only needs the name of a story; --list names them');
  if (!known.includes(name)) throw new StoryError(`there is no story "${name}"; there are: ${known.join(', ')}`);
  return name;
}
