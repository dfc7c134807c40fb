import type {XmlElement} from './cib.ts';
import {UnprintableValueError} from './errors.ts';
import {freezeDeep} from './values.ts';
import {commentName, readXml} from './xml-read.ts';

const escapes: ReadonlyMap<string, string> = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
  ['"', '&quot;'],
  ['\n', '&#10;'],
  ['\t', '&#9;'],
  ['\r', '&#13;'],
]);

/** Control characters and lone surrogates: XML 1.0 has no way to write them. */
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Whether a text can stand in XML at all: no control characters, no halves of characters. */
export function isXmlText(text: string): boolean {
  return !unprintable.test(text);
}

function escape(text: string, where: string): string {
  if (!isXmlText(text)) throw new UnprintableValueError(where);
  return /[<>&"\n\t\r]/.test(text) ? text.replace(/[<>&"\n\t\r]/g, (character) => escapes.get(character) ?? '') : text;
}

/**
 * The root element of an XML text, frozen. Blanks between elements are dropped; comments stay, as elements of the name
 * `#comment`.
 *
 * @param source what the text is, for the error.
 * @throws ClusterSyntaxError where the text is not well-formed.
 */
export function parseXml(text: string, source: string): XmlElement {
  const known = documents.find((document) => document.text === text);
  return known?.root ?? readXml(text, source);
}

function renderAttributes(element: XmlElement): string {
  return Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}="${escape(value, `attribute ${name} of <${element.name}>`)}"`)
    .join('');
}

interface KeptText {
  readonly indent: string;
  readonly text: string;
}

/** Elements whose text is remembered once it was written, and those texts. */
const kept = new WeakMap<XmlElement, KeptText | null>();

/** Has the text of a frozen element remembered: it stands in one document after the other. */
export function keepText(element: XmlElement): void {
  if (!kept.has(element)) kept.set(element, null);
}

function renderInto(lines: string[], element: XmlElement, indent: string): void {
  const known = kept.get(element);
  if (known === undefined) {
    renderNew(lines, element, indent);
  } else if (known?.indent === indent) {
    lines.push(known.text);
  } else {
    const own: string[] = [];
    renderNew(own, element, indent);
    const text = own.join('\n');
    kept.set(element, {indent, text});
    lines.push(text);
  }
}

function renderNew(lines: string[], element: XmlElement, indent: string): void {
  if (element.name === commentName) {
    lines.push(`${indent}<!--${element.text ?? ''}-->`);
    return;
  }
  const head = `${indent}<${element.name}${renderAttributes(element)}`;
  if (element.text !== undefined) {
    lines.push(`${head}>${escape(element.text, `the text of <${element.name}>`)}</${element.name}>`);
    return;
  }
  if (element.children.length === 0) {
    lines.push(`${head}/>`);
    return;
  }
  lines.push(`${head}>`);
  for (const child of element.children) renderInto(lines, child, `${indent}  `);
  lines.push(`${indent}</${element.name}>`);
}

/**
 * An element as text, two blanks a level and a newline at the end, as Pacemaker writes it.
 *
 * @throws UnprintableValueError when a value holds a control character.
 */
export function renderXml(element: XmlElement): string {
  const lines: string[] = [];
  renderInto(lines, element, '');
  return `${lines.join('\n')}\n`;
}

/** Documents that were written here a moment ago: reading one of them gives what it was written from. */
const documents: {readonly text: string; readonly root: XmlElement}[] = [];
const maxDocuments = 8;

/**
 * Writes a document that is about to be read here again: the modelled cluster answers in the process that asks.
 *
 * @throws UnprintableValueError when a value holds a control character.
 */
export function renderDocument(root: XmlElement): string {
  const text = renderXml(root);
  documents.unshift({text, root: freezeDeep(root)});
  documents.splice(maxDocuments);
  return text;
}

/** The first child of that name, or null. */
export function getChild(element: XmlElement | null, name: string): XmlElement | null {
  return element?.children.find((child) => child.name === name) ?? null;
}

/** All children of that name. */
export function getChildren(element: XmlElement | null, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}
