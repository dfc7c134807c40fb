import {readdirSync, readFileSync} from 'node:fs';

const folder = new URL('../../docs/', import.meta.url);

/** A page of the operator's guide, docs/. */
export interface Page {
  /** The file's name, `fencing.md`. */
  readonly name: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** What stands behind the fence, `console memory`; empty when nothing does. */
  readonly kind: string;
  readonly lines: readonly string[];
}

/** All pages, the table of contents first and the others in its order; one that it does not link comes last. */
export function readPages(): readonly Page[] {
  const contents = readPage('README.md');
  const linked = [...contents.text.matchAll(/^- \[[^\]]+\]\((?<name>[a-z]+\.md)\)/gm)].map(
    ({groups}) => groups?.['name'] ?? '',
  );
  const names = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== contents.name);
  const rest = names.filter((name) => !linked.includes(name));
  return [contents, ...[...linked, ...rest].map(readPage)];
}

function readPage(name: string): Page {
  return {name, text: readFileSync(new URL(name, folder), 'utf8')};
}

const FENCE = /^```(?<kind>[^\n`]*)\n(?<body>.*?)^```$/gms;

export function getBlocks({name, text}: Page): readonly Block[] {
  return [...text.matchAll(FENCE)].map(({groups}) => ({
    page: name,
    kind: groups?.['kind'] ?? '',
    lines: (groups?.['body'] ?? '').replace(/\n$/, '').split('\n'),
  }));
}

/** The page without its fenced blocks. */
export function getProse({text}: Page): string {
  return text.replaceAll(FENCE, '');
}

/** The section of a page below a heading of the second level; empty without one. */
export function getSection({text}: Page, heading: string): string {
  const [, ...sections] = text.split(/^## /m);
  return sections.find((section) => section.startsWith(`${heading}\n`)) ?? '';
}
