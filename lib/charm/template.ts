import {readFileSync} from 'node:fs';

import Handlebars from 'handlebars';

/** A template and its values do not fit; the message names both, never a value. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

export type RenderTemplate = (values: Readonly<Record<string, unknown>>) => string;

/**
 * A handlebars template from a charm's own folder, read and compiled at its first use. Values are put in as they are
 * (these are configuration files, not HTML) and one that is missing is an error (it would silently be empty).
 */
export function loadTemplate(url: URL): RenderTemplate {
  let compiled: Handlebars.TemplateDelegate | null = null;
  return (values) => {
    compiled ??= compile(readFileSync(url, 'utf8'));
    try {
      return compiled(values);
    } catch (error) {
      throw new TemplateError(`template ${url.pathname.split('/').at(-1) ?? ''}: ${getReason(error)}`);
    }
  };
}

/** Compiles template text; for templates that are not files. */
export function parseTemplate(text: string): RenderTemplate {
  const compiled = compile(text);
  return (values) => compiled(values);
}

function compile(text: string): Handlebars.TemplateDelegate {
  return Handlebars.compile(text, {noEscape: true, strict: true});
}

function getReason(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
