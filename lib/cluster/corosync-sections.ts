import {ClusterSyntaxError, CorosyncValueError} from './errors.ts';

/** A section of corosync.conf as it is written: keys with values, and sections in it, in their order. */
export interface CorosyncSection {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly sections: readonly CorosyncSection[];
}

interface Draft {
  readonly name: string;
  readonly values: Record<string, string>;
  readonly sections: CorosyncSection[];
}

function newDraft(name: string): Draft {
  return {name, values: {}, sections: []};
}

function fail(problem: string, line: number): never {
  throw new ClusterSyntaxError('corosync.conf', problem, {line, column: 1});
}

class Reader {
  readonly #open: Draft[] = [];
  readonly root = newDraft('');

  get #current(): Draft {
    return this.#open.at(-1) ?? this.root;
  }

  readLine(text: string, line: number): void {
    const brace = text.indexOf('{');
    if (brace !== -1) this.#begin(text, brace, line);
    else if (text.includes(':')) this.#value(text, line);
    else if (text === '}') this.#end(line);
    else fail('neither `key: value`, `section {` nor `}`', line);
  }

  #begin(text: string, brace: number, line: number): void {
    const name = text.slice(0, brace).trim();
    if (text.slice(brace + 1).trim() !== '') fail('nothing may follow an opening brace on its line', line);
    if (!/^[\w.-]+$/.test(name)) fail('a section needs a name', line);
    this.#open.push(newDraft(name));
  }

  #value(text: string, line: number): void {
    const colon = text.indexOf(':');
    const key = text.slice(0, colon).trim();
    if (!/^[\w.-]+$/.test(key)) fail('a value needs a key', line);
    if (this.#open.length === 0) fail('a value outside of all sections', line);
    this.#current.values[key] = text.slice(colon + 1).trim();
  }

  #end(line: number): void {
    const section = this.#open.pop();
    if (section === undefined) fail('a closing brace without its section', line);
    this.#current.sections.push(section);
  }

  finish(line: number): readonly CorosyncSection[] {
    if (this.#open.length > 0) fail(`the section ${this.#current.name} has no end`, line);
    return this.root.sections;
  }
}

/**
 * The sections of a corosync.conf, read as Corosync's own parser does.
 *
 * @throws ClusterSyntaxError with the line.
 */
export function parseSections(text: string): readonly CorosyncSection[] {
  const reader = new Reader();
  const lines = text.split('\n');
  lines.forEach((raw, i) => {
    const line = raw.trim();
    if (line !== '' && !line.startsWith('#')) reader.readLine(line, i + 1);
  });
  return reader.finish(lines.length);
}

function renderValue(section: string, key: string, value: string): string {
  // Corosync looks for braces before it looks for the colon, and cuts a line at its end.
  if (/[{}\n\r]/.test(value) || value.trim() !== value || !/^[\w.-]+$/.test(key)) {
    throw new CorosyncValueError(`${section}.${key}`);
  }
  return value === '' ? `${key}:` : `${key}: ${value}`;
}

function renderSection(section: CorosyncSection, indent: string): readonly string[] {
  const inner = `${indent}  `;
  return [
    `${indent}${section.name} {`,
    ...Object.entries(section.values).map(([key, value]) => inner + renderValue(section.name, key, value)),
    ...section.sections.flatMap((child) => renderSection(child, inner)),
    `${indent}}`,
  ];
}

/**
 * Sections as the text of a corosync.conf.
 *
 * @throws CorosyncValueError when a value would begin another line or section.
 */
export function renderSections(sections: readonly CorosyncSection[]): string {
  return sections.map((section) => `${renderSection(section, '').join('\n')}\n`).join('\n');
}
