import {setTimeout as sleep} from 'node:timers/promises';

/** Changes that come within this time of one another are written down together. */
const PATIENCE_MS = 100;

/** Writes something down soon after it changed: never twice at once, and never missing the last change. */
export class Saver {
  readonly #save: () => Promise<void>;
  #isDirty = false;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(save: () => Promise<void>) {
    this.#save = save;
  }

  /** There is something new. What goes wrong with writing is told to `onError`. */
  note(onError: (error: unknown) => void): void {
    this.#isDirty = true;
    if (this.#running !== null || this.#isClosed) return;
    void this.#start(PATIENCE_MS).catch(onError);
  }

  /** Resolves when all that was new at the call is on the disk. */
  async flush(): Promise<void> {
    this.#isDirty = true;
    while (this.#running !== null) await this.#running;
    await this.#start(0);
  }

  /** Nothing is written any more when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  #start(patience: number): Promise<void> {
    const running = this.#work(patience).finally(() => {
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }

  async #work(patience: number): Promise<void> {
    while (this.#hasWork()) {
      if (patience > 0) await sleep(patience);
      if (!this.#hasWork()) return;
      this.#isDirty = false;
      await this.#save();
    }
  }

  #hasWork(): boolean {
    return this.#isDirty && !this.#isClosed;
  }
}
