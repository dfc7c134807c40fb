import {XMLParser, XMLValidator} from 'fast-xml-parser';
import type {XmlElement} from './cib.ts';
import {ClusterSyntaxError, UnprintableValueError} from './errors.ts';
import {freezeDeep, isRecord} from './values.ts';

const attributesKey = ':@';
const commentName = '#comment';
const textName = '#text';

/**
 * Entities stay as they are in the parser and are decoded here: the parser's own decoding knows names that XML does not
 * have, and a value that is decoded twice is another value.
 */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  attributesGroupName: attributesKey,
  parseAttributeValue: false,
  parseTagValue: false,
  processEntities: false,
  trimValues: false,
  commentPropName: commentName,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

const namedEntities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

const escapes: ReadonlyMap<string, string> = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
  ['"', '&quot;'],
  ['\n', '&#10;'],
  ['\t', '&#9;'],
  ['\r', '&#13;'],
]);

function decodeEntity(whole: string, name: string): string {
  const hexadecimal = /^#x([0-9a-f]+)$/i.exec(name)?.[1];
  const decimal = /^#([0-9]+)$/.exec(name)?.[1];
  if (hexadecimal === undefined && decimal === undefined) return namedEntities.get(name) ?? whole;
  const code = hexadecimal === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hexadecimal, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

function decode(text: string): string {
  return text.includes('&') ? text.replace(/&(#?[0-9A-Za-z]+);/g, decodeEntity) : text;
}

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

function readAttributes(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, decode(String(text))]));
}

function readText(value: unknown): string {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  return parts.map((part) => (isRecord(part) && typeof part[textName] === 'string' ? part[textName] : '')).join('');
}

function readNode(node: unknown): XmlElement | null {
  if (!isRecord(node)) return null;
  const name = Object.keys(node).find((key) => key !== attributesKey);
  if (name === undefined || name === textName) return null;
  const content = node[name];
  if (name === commentName) return {name, attributes: {}, children: [], text: readText(content)};
  const children = readNodes(content);
  const element = {name, attributes: readAttributes(node[attributesKey]), children};
  const text = decode(readText(content));
  return children.length === 0 && text.trim() !== '' ? {...element, text} : element;
}

function readNodes(nodes: unknown): readonly XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node) => readNode(node) ?? []);
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

function readXml(text: string, source: string): XmlElement {
  // The validator's successor is a package of its own; this one ships with the parser and names line and column.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const verdict = text.trim() === '' ? {err: {code: 'empty', line: 1, col: 1}} : XMLValidator.validate(text);
  if (verdict !== true) {
    const {line, col, code} = verdict.err;
    throw new ClusterSyntaxError(source, `not well-formed XML (${code})`, {line, column: col});
  }
  const root = readNodes(readTree(text, source)).find((element) => element.name !== commentName);
  if (root === undefined) throw new ClusterSyntaxError(source, 'no XML element', {line: 1, column: 1});
  return freezeDeep(root);
}

/** The parser refuses names that would reach an object's prototype; its own message may quote the text. */
function readTree(text: string, source: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    throw new ClusterSyntaxError(source, 'XML that is not accepted', {line: 1, column: 1});
  }
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
