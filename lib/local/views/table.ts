/** How a table is printed. */
export interface TableOptions {
  /** Numbers of columns that are aligned right, from 0. */
  readonly right?: readonly number[];
}

/** Rows as columns two blanks apart, without blanks at the end of a line; each line ends with a line feed. */
export function renderTable(rows: readonly (readonly string[])[], {right = []}: TableOptions = {}): string {
  const cells = rows.map((row) => row.map(toLine));
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({length: count}, (_, column) =>
    Math.max(0, ...cells.map((row) => getWidth(row[column] ?? ''))),
  );
  const lines = cells.map((row) =>
    widths.map((width, column) => pad(row[column] ?? '', width, right.includes(column))).join('  '),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** What a charm says may hold line feeds, and what moves a terminal's cursor: neither is to draw a row of its own. */
function toLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function getWidth(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, width: number, isRight: boolean): string {
  const blanks = ' '.repeat(width - getWidth(text));
  return isRight ? `${blanks}${text}` : `${text}${blanks}`;
}
