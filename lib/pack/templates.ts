import Handlebars from 'handlebars';

import {PackError} from './errors.ts';
import type {FolderFile} from './files.ts';

/**
 * Code that stands in for the `handlebars` package in a bundle. Compiling a template takes the compiler, which is the larger part of
 * Handlebars and of a hook's start; so the charm's own templates are compiled when it is packed, and found again by their
 * text. The files stay in the archive and are still what is read: an edited one is compiled as ever, by the whole
 * package, which is evaluated only then.
 */
export function renderHandlebarsModule(templates: readonly FolderFile[]): string {
  const cases = templates.map(({path, content}) => {
    const text = content.toString('utf8');
    return `[${JSON.stringify(text)}, () => (${precompile(path, text)})],`;
  });
  return `
const known = new Map([
${cases.join('\n')}
]);
const compile = (text, options) => {
  const specification = known.get(text);
  if (specification === undefined || options?.strict !== true || options?.noEscape !== true) {
    return require('handlebars').compile(text, options);
  }
  return require('handlebars/runtime').template(specification());
};
module.exports = {
  compile,
  get Exception() { return require('handlebars/runtime').Exception; },
  get SafeString() { return require('handlebars/runtime').SafeString; },
};
`;
}

function precompile(path: string, text: string): string {
  try {
    // The options of lib/charm's template.ts; with others the text is compiled when it is used.
    const code: unknown = Handlebars.precompile(text, {noEscape: true, strict: true});
    return String(code);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new PackError(`${path}: ${reason}`);
  }
}
