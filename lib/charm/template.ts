import {readFileSync} from 'node:fs';

import Handlebars from 'handlebars';

/** A template and its values do not fit; the message names both, never a value. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Renders a template with its values. Throws a TemplateError that names a value which is missing. */
export type RenderTemplate = (values: Readonly<Record<string, unknown>>) => string;

/**
 * A handlebars template from a charm's own folder, read and compiled at its first use. Values are put in as they are
 * (these are configuration files, not HTML) and one that is missing or undefined is an error (it would silently be
 * empty); `#if` and `#each` take it as false.
 */
export function loadTemplate(url: URL): RenderTemplate {
  let render: RenderTemplate | null = null;
  return (values) => {
    render ??= createRender(url.pathname.split('/').at(-1) ?? '', readFileSync(url, 'utf8'));
    return render(values);
  };
}

/** The same from template text; for templates that are not files. */
export function parseTemplate(text: string): RenderTemplate {
  return createRender('text', text);
}

function createRender(name: string, text: string): RenderTemplate {
  const compiled = Handlebars.compile(text, {noEscape: true, strict: true});
  return (values) => {
    try {
      return compiled(dropUndefined(values));
    } catch (error) {
      throw new TemplateError(`template ${name}: ${getReason(error)}`);
    }
  };
}

/** Handlebars prints a key that is there but undefined as nothing; one that is not there it reports. */
function dropUndefined(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(dropUndefined);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    entries.filter(([, item]) => item !== undefined).map(([key, item]) => [key, dropUndefined(item)]),
  );
}

/** Handlebars' own messages may repeat the value that was looked into, so only what is known to be a name is kept. */
function getReason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const missing = /^"([^"]*)" not defined in|^Cannot use 'in' operator to search for '([^']*)'/.exec(message);
  if (missing !== null) {
    return `no value for "${missing[1] ?? missing[2] ?? ''}"`;
  }
  return (
    /^(Parse error on line \d+|Missing helper: "\w+"|The partial \S+ could not be found)/.exec(message)?.[0] ??
    'cannot be rendered'
  );
}
