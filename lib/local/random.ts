import {createHmac} from 'node:crypto';

/**
 * The one source of every order that Juju leaves open. Its whole state is one number, so it can be kept with the model
 * and a run can be repeated exactly.
 */
export interface Order {
  /** Where the generator stands: an unsigned 32-bit number. */
  state: number;
}

/** A whole number from 0 to below `count`, and one step on. (The generator is mulberry32.) */
export function pickNumber(order: Order, count: number): number {
  order.state = (order.state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(order.state ^ (order.state >>> 15), 1 | order.state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * count);
}

/** One of `choices`. A single choice costs no step of the generator; none is an error of the caller. */
export function pickOne<T>(order: Order, choices: readonly T[]): T {
  const picked = choices[choices.length > 1 ? pickNumber(order, choices.length) : 0];
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}

/** `items` in a new order. */
export function shuffle<T>(order: Order, items: readonly T[]): T[] {
  const rest = [...items];
  return items.map(() => {
    const [taken] = rest.splice(rest.length > 1 ? pickNumber(order, rest.length) : 0, 1);
    if (taken === undefined) throw new RangeError('nothing left to shuffle');
    return taken;
  });
}

/**
 * `bytes` bytes that depend on the secret and the names and on nothing else: not on who asks first, nor on the order of
 * hooks. Two models with one secret get the same, so that a run can be repeated.
 */
export function deriveBytes(secret: string, names: readonly string[], bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < bytes; block += 1) {
    blocks.push(
      createHmac('sha256', secret)
        .update(JSON.stringify([...names, block]))
        .digest(),
    );
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** A version 4 UUID derived like `deriveBytes`. */
export function deriveUuid(secret: string, names: readonly string[]): string {
  const bytes = deriveBytes(secret, names, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
