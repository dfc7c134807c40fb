import type {AgentClock} from '../../uniter/agent-clock.ts';

export interface GatewayWatchOptions {
  /** Starts the gateway if it does not run; says whether it had to. */
  readonly ensure: () => Promise<boolean>;
  readonly clock: AgentClock;
  /** Takes a line for people. */
  readonly tell: (line: string) => void;
}

/** How often it is looked for, and how long it is left alone at most when it ends again and again. */
const LOOK_MS = 1_000;
const LONGEST_MS = 60_000;

/** Has a model's gateway run on: without it machines reach neither the MAAS that fences them nor their packages. */
export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  #pauseMs = LOOK_MS;
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: GatewayWatchOptions) {
    this.#options = options;
  }

  /** Begins to look; it is taken to run now. */
  start(): void {
    this.#cancel = this.#options.clock.after(this.#pauseMs, () => {
      this.#looking = this.#look();
    });
  }

  /** Looks no more; nothing is being started any more when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const {ensure, tell} = this.#options;
    try {
      const wasStarted = await ensure();
      if (wasStarted) tell('the gateway of the network had ended: it was started again');
      this.#pauseMs = wasStarted ? this.#getLonger() : LOOK_MS;
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
      this.#pauseMs = this.#getLonger();
    }
    if (!this.#isClosed) this.start();
  }

  #getLonger(): number {
    return Math.min(2 * this.#pauseMs, LONGEST_MS);
  }
}
