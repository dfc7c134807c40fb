const BLOCK_BYTES = 64;

/**
 * The SHA-1 of a text as 40 hex digits, for names and for telling whether a text changed; it keeps nobody from forging one.
 * Written out, since loading `node:crypto` takes a third of the time that Node.js takes to start, in every hook.
 */
export function getSha1(text: string): string {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const bytes = getPadded(Buffer.from(text, 'utf8'));
  const words = new Int32Array(80);
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    for (let index = 0; index < 80; index += 1) {
      words[index] = index < 16 ? bytes.readInt32BE(at + 4 * index) : expand(words, index);
    }
    digestBlock(state, words);
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** With a one bit and the length in bits behind it, to full blocks. */
function getPadded(content: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((content.length + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  content.copy(padded);
  padded[content.length] = 0x80;
  padded.writeBigUInt64BE(BigInt(content.length) * 8n, padded.length - 8);
  return padded;
}

function expand(words: Int32Array, at: number): number {
  return rotate((words[at - 3] ?? 0) ^ (words[at - 8] ?? 0) ^ (words[at - 14] ?? 0) ^ (words[at - 16] ?? 0), 1);
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Plain loops over plain numbers: this runs before anything is compiled, a few thousand times in a hook. */
function digestBlock(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let index = 0; index < 80; index += 1) {
    const next = (rotate(a, 5) + mix(index, b, c, d) + e + (words[index] ?? 0)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  state.set([add(state[0], a), add(state[1], b), add(state[2], c), add(state[3], d), add(state[4], e)]);
}

function add(before: number | undefined, word: number): number {
  return ((before ?? 0) + word) | 0;
}

function mix(index: number, b: number, c: number, d: number): number {
  if (index < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (index < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  return index < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc : (b ^ c ^ d) + 0xca62c1d6;
}
