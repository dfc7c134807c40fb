import {encodeFrame} from '../../byte-frames.ts';

const LENGTH_BYTES = 4;

/** A frame of texts, each with its own length in front: what hook tools and the unit agent send each other (tool-client.pl). */
export function encodeTexts(texts: readonly (string | Uint8Array)[]): Buffer {
  return encodeFrame(Buffer.concat(texts.map((text) => encodeFrame(Buffer.from(text)))));
}

/** The texts of a frame's body. A RangeError when it is not made of texts. */
export function decodeTexts(body: Buffer): Buffer[] {
  const texts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const start = at + LENGTH_BYTES;
    const end = start <= body.length ? start + body.readUInt32BE(at) : start;
    if (end > body.length) throw new RangeError('a text of a frame is cut short');
    texts.push(body.subarray(start, end));
    at = end;
  }
  return texts;
}
