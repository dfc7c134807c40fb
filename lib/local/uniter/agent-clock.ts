/** Lets time pass: the computer's, or a test's own. */
export interface AgentClock {
  /** Calls back once after so many milliseconds, unless the function it gives is called before. */
  after(ms: number, run: () => void): () => void;
}

/** The computer's clock. Its timers keep no process alive. */
export function createAgentClock(): AgentClock {
  return {
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => {
        clearTimeout(timer);
      };
    },
  };
}

/** Timers by name, one each. */
export class Timers {
  readonly #clock: AgentClock;
  readonly #cancel = new Map<string, () => void>();

  constructor(clock: AgentClock) {
    this.#clock = clock;
  }

  has(name: string): boolean {
    return this.#cancel.has(name);
  }

  /** Sets a name's timer anew. */
  set(name: string, ms: number, run: () => void): void {
    this.clear(name);
    const cancel = this.#clock.after(ms, () => {
      this.#cancel.delete(name);
      run();
    });
    this.#cancel.set(name, cancel);
  }

  clear(name: string): void {
    this.#cancel.get(name)?.();
    this.#cancel.delete(name);
  }

  clearAll(): void {
    for (const name of [...this.#cancel.keys()]) this.clear(name);
  }
}
