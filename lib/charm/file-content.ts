import {isUtf8} from 'node:buffer';

import type {FileState} from './host.ts';

type Content = Pick<FileState, 'content' | 'encoding'>;

/** Bytes as file states hold them: text when they are text, else base64. One content has one form, so forms compare. */
export function encodeContent(bytes: Buffer): Content {
  return isUtf8(bytes) ? {content: bytes.toString('utf8')} : {content: bytes.toString('base64'), encoding: 'base64'};
}

/** The bytes of a content, whichever form it has. */
export function decodeContent({content, encoding}: Content): Buffer {
  return Buffer.from(content, encoding ?? 'utf8');
}

/** The one form of a content that may have come in the other. */
export function normalizeContent(content: Content): Content {
  return content.encoding === undefined ? {content: content.content} : encodeContent(decodeContent(content));
}
