import type {AgentClock} from './agent-clock.ts';

/** How often somebody who waits is asked whether to stop. */
const POLL_MS = 250;

/** Those who wait for something to become the case. */
export class Waiters {
  readonly #clock: AgentClock;
  #waiting: (() => void)[] = [];

  constructor(clock: AgentClock) {
    this.#clock = clock;
  }

  /** Something changed: all look again. */
  notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Waits until something is the case; false when it was asked to stop before. */
  async wait(isSo: () => boolean, isStopped: () => boolean): Promise<boolean> {
    while (!isStopped()) {
      if (isSo()) return true;
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(POLL_MS, resolve);
        this.#waiting.push(() => {
          cancel();
          resolve();
        });
      });
    }
    return false;
  }

  /** Lets so many milliseconds pass; false when it was asked to stop before. */
  async pause(ms: number, isStopped: () => boolean): Promise<boolean> {
    let isOver = false;
    const cancel = this.#clock.after(ms, () => {
      isOver = true;
      this.notify();
    });
    return this.wait(() => isOver, isStopped).finally(cancel);
  }
}
