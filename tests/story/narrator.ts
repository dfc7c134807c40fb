import {renderTable} from '#local';

/** How long one thing took, in a story or before all of them. */
export interface Phase {
  readonly story: string;
  readonly name: string;
  readonly seconds: number;
  /** When it was over, counted from the failure that the story is about; null before it. */
  readonly sinceFailure: number | null;
}

/** Says to people what happens, line by line, and keeps how long it took. */
export class Narrator {
  readonly #write: (line: string) => void;
  readonly #phases: Phase[] = [];
  #story = 'before';

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  get phases(): readonly Phase[] {
    return this.#phases;
  }

  /** What follows belongs to this story. */
  begin(name: string, title: string): void {
    this.#story = name;
    this.#write('');
    this.#write(`== ${name}: ${title}`);
  }

  say(sentence: string): void {
    this.#write('');
    this.#write(sentence);
  }

  /** A command as it is typed. */
  type(prompt: string, command: string): void {
    const [first = '', ...others] = command.split('\n');
    this.#write(`    ${prompt} ${first}`);
    for (const line of others) this.#write(`    ${line}`);
  }

  /** What a command printed; nothing for nothing. */
  print(output: string): void {
    for (const line of output.replace(/^\n+/, '').trimEnd().split('\n'))
      if (output.trim() !== '') this.#write(`    ${line}`.trimEnd());
  }

  /** How something that takes a while is going. */
  progress(line: string): void {
    this.#write(`  ... ${line}`);
  }

  phase(name: string, seconds: number, sinceFailure: number | null = null): void {
    this.#phases.push({story: this.#story, name, seconds, sinceFailure});
    const since = sinceFailure === null ? '' : `, ${sinceFailure.toFixed(1)} s after the failure`;
    this.#write(`  [${seconds.toFixed(1)} s${since}] ${name}`);
  }

  /** The table at the end. */
  summarise(): void {
    this.#write('');
    for (const line of renderPhases(this.#phases).trimEnd().split('\n')) this.#write(line);
  }
}

/** Phases as a table, with a sum for each story. */
export function renderPhases(phases: readonly Phase[]): string {
  const stories = [...new Set(phases.map(({story}) => story))];
  const rows = stories.flatMap((story) => {
    const own = phases.filter((phase) => phase.story === story);
    const sum = own.reduce((total, {seconds}) => total + seconds, 0);
    return [
      ...own.map(({name, seconds, sinceFailure}, index) => [
        index === 0 ? story : '',
        name,
        seconds.toFixed(1),
        sinceFailure?.toFixed(1) ?? '',
      ]),
      ['', 'together', sum.toFixed(1), ''],
    ];
  });
  return renderTable([['Story', 'Phase', 'Seconds', 'After the failure'], ...rows], {right: [2, 3]});
}
