import type {XmlElement} from './cib.ts';
import {ClusterSyntaxError} from './errors.ts';

/** The name of the elements that comments are read as. */
export const commentName = '#comment';

const namedEntities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
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

const {freeze} = Object;

/** An element that is not closed yet. */
interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const name = String.raw`[A-Za-z_:\u0080-\uffff][\w:.\u0080-\uffff-]*`;
const startPattern = new RegExp(`<(${name})`, 'y');
const attributePattern = new RegExp(String.raw`\s+(${name})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')`, 'y');
const startEndPattern = /\s*(\/?)>/y;
const endPattern = new RegExp(String.raw`</(${name})\s*>`, 'y');

/**
 * Reads one text. What Pacemaker's programs print is most of what a hook works on: hundreds of remotes are a megabyte of it,
 * and each hook is a process that has to read it once. Document types are refused, so entities are XML's own five.
 */
class XmlReader {
  readonly #text: string;
  readonly #source: string;
  readonly #open: OpenElement[] = [];
  #at = 0;
  #root: XmlElement | null = null;

  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
  }

  read(): XmlElement {
    while (this.#at < this.#text.length) this.#readNext();
    const open = this.#open.at(-1);
    if (open !== undefined) throw this.#error('an element is not closed');
    if (this.#root === null) throw this.#error('no XML element');
    return this.#root;
  }

  #error(problem: string): ClusterSyntaxError {
    const before = this.#text.slice(0, this.#at).split('\n');
    const at = {line: before.length, column: (before.at(-1)?.length ?? 0) + 1};
    return new ClusterSyntaxError(this.#source, problem, at);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #readNext(): void {
    const next = this.#text.indexOf('<', this.#at);
    const end = next === -1 ? this.#text.length : next;
    if (end > this.#at) this.#addText(decode(this.#text.slice(this.#at, end)));
    this.#at = end;
    if (next !== -1) this.#readMarkup();
  }

  #readMarkup(): void {
    switch (this.#text[this.#at + 1]) {
      case '/':
        this.#readEnd();
        break;
      case '?':
        this.#readUntil('<?', '?>');
        break;
      case '!':
        this.#readSpecial();
        break;
      default:
        this.#readStart();
    }
  }

  /** Text beside elements is blank in a CIB, and dropped. */
  #addText(text: string): void {
    const open = this.#open.at(-1);
    if (open === undefined) {
      if (text.trim() !== '' && text !== '\ufeff') throw this.#error('text outside of the root element');
    } else if (open.children.length === 0) {
      open.text += text;
    }
  }

  #readUntil(start: string, end: string): string {
    const from = this.#at + start.length;
    const to = this.#text.indexOf(end, from);
    if (to === -1) throw this.#error(`${start} without ${end}`);
    this.#at = to + end.length;
    return this.#text.slice(from, to);
  }

  #readSpecial(): void {
    if (this.#text.startsWith('<!--', this.#at)) {
      const text = this.#readUntil('<!--', '-->');
      this.#open.at(-1)?.children.push(freeze({name: commentName, attributes: freeze({}), children: freeze([]), text}));
    } else if (this.#text.startsWith('<![CDATA[', this.#at)) {
      this.#addText(this.#readUntil('<![CDATA[', ']]>'));
    } else {
      throw this.#error('a declaration, which has no place here');
    }
  }

  #readStart(): void {
    const tag = this.#match(startPattern)?.[1];
    if (tag === undefined) throw this.#error('no name of an element');
    if (this.#open.length === 0 && this.#root !== null) throw this.#error('a second root element');
    const open = {name: tag, attributes: this.#readAttributes(), children: [], text: ''};
    const end = this.#match(startEndPattern);
    if (end === null) throw this.#error('attributes that are not well-formed');
    if (end[1] === '/') this.#close(open);
    else this.#open.push(open);
  }

  #readAttributes(): Readonly<Record<string, string>> {
    const attributes: Record<string, string> = {};
    for (let match = this.#match(attributePattern); match !== null; match = this.#match(attributePattern)) {
      const [, key = '', double, single = ''] = match;
      if (Object.hasOwn(attributes, key)) throw this.#error('an attribute is there twice');
      // It would set the object's prototype.
      if (key === '__proto__') throw this.#error('an attribute whose name is not accepted');
      attributes[key] = decode(double ?? single);
    }
    return freeze(attributes);
  }

  #readEnd(): void {
    const at = this.#at;
    const tag = this.#match(endPattern)?.[1];
    const open = this.#open.pop();
    if (tag === undefined || open?.name !== tag) {
      this.#at = at;
      throw this.#error('an end that belongs to no open element');
    }
    this.#close(open);
  }

  #close({name: tag, attributes, children, text}: OpenElement): void {
    const plain = {name: tag, attributes, children: freeze(children)};
    const element = freeze(children.length === 0 && text.trim() !== '' ? {...plain, text} : plain);
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }
}

/**
 * The root element of an XML text, frozen. Blanks between elements are dropped; comments stay, as elements of the name
 * `#comment`.
 *
 * @param source what the text is, for the error.
 * @throws ClusterSyntaxError where the text is not well-formed. The message quotes nothing of it.
 */
export function readXml(text: string, source: string): XmlElement {
  return new XmlReader(text, source).read();
}
