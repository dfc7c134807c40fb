import {pickNumber, type Order} from '../random.ts';

/** The units that may have something to do. Adding, removing and picking cost the same however many there are. */
export class RunnableUnits {
  readonly #names: string[] = [];
  readonly #places = new Map<string, number>();

  /** Told when a unit comes to have something to do. */
  onAdd: () => void = () => undefined;

  get size(): number {
    return this.#names.length;
  }

  add(name: string): void {
    if (this.#places.has(name)) return;
    this.#places.set(name, this.#names.length);
    this.#names.push(name);
    this.onAdd();
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  list(): readonly string[] {
    return [...this.#names];
  }

  delete(name: string): void {
    const place = this.#places.get(name);
    const last = this.#names.pop();
    if (place === undefined || last === undefined) {
      if (last !== undefined) this.#names.push(last);
      return;
    }
    this.#places.delete(name);
    if (last === name) return;
    this.#names[place] = last;
    this.#places.set(last, place);
  }

  /** One of them as the order decides, or null when there is none. */
  pick(order: Order): string | null {
    if (this.#names.length === 0) return null;
    return this.#names[this.#names.length > 1 ? pickNumber(order, this.#names.length) : 0] ?? null;
  }
}
