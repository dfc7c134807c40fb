/** What has a machine for itself: a hook of a unit (`action` for a task of it), or null for a person's command. */
export type Holder = {readonly unit: string; readonly hook: string} | null;

/** Juju's machine lock: one thing runs on a machine at a time. Hooks look whether it is free, people wait in a queue before them. */
export class MachineLocks {
  /** Machines on which something runs, the longest first. */
  readonly #holders = new Map<string, Holder>();
  /** Who else wants a machine for himself, in the order they came. */
  readonly #queues = new Map<string, (() => void)[]>();

  /** How many machines something runs on. */
  get size(): number {
    return this.#holders.size;
  }

  isHeld(machine: string): boolean {
    return this.#holders.has(machine);
  }

  /** What runs on a machine, for people: `web/0's start hook`. */
  describe(machine: string): string {
    const holder = this.#holders.get(machine) ?? null;
    if (holder === null) return 'another command';
    return holder.hook === 'action' ? `an action of ${holder.unit}` : `${holder.unit}'s ${holder.hook} hook`;
  }

  /** The hook that has run for longest; null where none runs. */
  getLongest(): Holder {
    return [...this.#holders.values()].find((holder) => holder !== null) ?? null;
  }

  hold(machine: string, holder: Holder): void {
    this.#holders.set(machine, holder);
  }

  release(machine: string): void {
    this.#holders.delete(machine);
  }

  /** Resolves when `grant` has given the machine to the caller, who releases it; or when nobody gets any more. */
  queue(machine: string): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#queues.set(machine, [...(this.#queues.get(machine) ?? []), resolve]);
    });
  }

  /** Gives each machine that is free to the first who waits for it. */
  grant(): void {
    for (const [machine, [next, ...rest]] of this.#queues) {
      if (next === undefined || this.isHeld(machine)) continue;
      if (rest.length > 0) this.#queues.set(machine, rest);
      else this.#queues.delete(machine);
      this.hold(machine, null);
      next();
    }
  }

  /** Nobody gets a machine any more: whoever waits looks why. */
  close(): void {
    for (const grant of [...this.#queues.values()].flat()) grant();
  }
}
