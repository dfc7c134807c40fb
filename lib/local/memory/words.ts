/** The words of a command. One word with blanks is a whole command line, as a shell would take it. */
export function splitWords(command: readonly string[]): readonly string[] {
  const [only] = command;
  if (only === undefined || command.length > 1 || !/\s/.test(only)) return command;
  const words = only.match(/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => (/^(["']).*\1$/s.test(word) ? word.slice(1, -1) : word));
}
