import type {XmlElement} from './cib.ts';
import {freezeDeep, isEqual} from './values.ts';
import {keepText} from './xml.ts';

/**
 * A pure function that remembers its answers for as long as the values it was asked about live. Only of frozen values: what
 * may change is worked out anew. A change of a CIB leaves most of its objects the very same values, so what is asked of
 * each object costs only for those that are new.
 */
export function remember<Key extends object, Answer>(work: (key: Key) => Answer): (key: Key) => Answer {
  const known = new WeakMap<Key, {readonly answer: Answer}>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const answer = work(key);
    if (Object.isFrozen(key)) known.set(key, {answer});
    return answer;
  };
}

/** The value that an element was rendered from. */
const sources = new WeakMap<XmlElement, unknown>();

/** Remembers the element of each object of a CIB, and its text. */
export function rememberElement<Value extends object>(render: (value: Value) => XmlElement): typeof render {
  return remember((value: Value) => {
    const element = render(value);
    if (!Object.isFrozen(value)) return element;
    sources.set(freezeDeep(element), value);
    keepText(element);
    return element;
  });
}

/** Remembers what each element says; one that was rendered from an equal value says that very value. */
export function rememberReading<Value>(read: (element: XmlElement) => Value): typeof read {
  return remember((element: XmlElement) => {
    const value = read(element);
    const source = sources.get(element);
    if (isSame(source, value)) return source;
    return Object.isFrozen(element) ? freezeDeep(value) : value;
  });
}

function isSame<Value>(source: unknown, value: Value): source is Value {
  return isEqual(source, value);
}
