import type {AgentClock} from './agent-clock.ts';

/** A clock for tests: time passes only when nothing else is to be done, and then at once to the next thing that waits for it. */
export class TestClock implements AgentClock {
  now = 0;
  #timers: {readonly at: number; readonly run: () => void}[] = [];

  after(ms: number, run: () => void): () => void {
    const timer = {at: this.now + ms, run};
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((candidate) => candidate !== timer);
    };
  }

  /** Lets so much time pass for whoever waits. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Lets time pass until something has been done. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const done = work.finally(() => {
      isOver = true;
    });
    void done.catch(() => undefined);
    const isDone = (): boolean => isOver;
    for (;;) {
      // First everything that needs no time.
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone()) return done;
      this.#step();
    }
  }

  #step(): void {
    const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
    if (next === undefined) return;
    this.#timers = this.#timers.filter((candidate) => candidate !== next);
    this.now = Math.max(this.now, next.at);
    next.run();
  }
}
