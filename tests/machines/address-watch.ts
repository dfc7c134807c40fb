/** One machine has an address from one time to another (null: it still has it); milliseconds since 1970. */
export interface Holding {
  readonly machine: string;
  readonly address: string;
  readonly from: number;
  readonly to: number | null;
}

/**
 * Who had which address when, from what `ip -timestamp -oneline monitor address` prints on each machine: no time between
 * two looks is missed, as it would be by polling.
 */
export class AddressWatch {
  readonly #holdings: Holding[] = [];
  readonly #open = new Map<string, Holding>();

  /** What a machine had when the watch began, and later each line of its monitor. */
  see(machine: string, line: string, now: number): void {
    const [, stamp, deleted, address] =
      /^(?:\[([^\]]+)\])?\s*(Deleted )?\s*\d+:\s+\S+\s+inet6?\s+([^/\s]+)/.exec(line) ?? [];
    if (address === undefined) return;
    const time = stamp === undefined ? now : parseStamp(stamp);
    if (deleted === undefined) this.#begin(machine, address, time);
    else this.#end(machine, address, time);
  }

  /** A machine's power is gone, and its addresses with it. */
  lose(machine: string, now: number): void {
    for (const holding of [...this.#open.values()]) {
      if (holding.machine === machine) this.#end(machine, holding.address, now);
    }
  }

  #begin(machine: string, address: string, from: number): void {
    const key = `${machine} ${address}`;
    if (!this.#open.has(key)) this.#open.set(key, {machine, address, from, to: null});
  }

  #end(machine: string, address: string, to: number): void {
    const key = `${machine} ${address}`;
    const holding = this.#open.get(key);
    if (holding === undefined) return;
    this.#open.delete(key);
    this.#holdings.push({...holding, to});
  }

  /** Every holding of an address, by time. */
  getHoldings(address: string): readonly Holding[] {
    return [...this.#holdings, ...this.#open.values()]
      .filter((holding) => holding.address === address)
      .sort((one, other) => one.from - other.from);
  }

  /** Pairs of machines that had an address at the same time. */
  getOverlaps(address: string): readonly (readonly [Holding, Holding])[] {
    const holdings = this.getHoldings(address);
    return holdings.flatMap((one, index) =>
      holdings
        .slice(index + 1)
        .filter((other) => other.machine !== one.machine && (one.to === null || other.from < one.to))
        .map((other) => [one, other] as const),
    );
  }
}

/** `2026-11-22T18:20:01.123456`, in local time as iproute2 prints it. */
function parseStamp(stamp: string): number {
  return Date.parse(stamp.replace(/(\.\d{3})\d*$/, '$1'));
}
