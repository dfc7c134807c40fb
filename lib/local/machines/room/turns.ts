/** Runs tasks of the same key one after the other, in the order they came; those of other keys do not wait for them. */
export interface Turns {
  take<T>(key: string, task: () => Promise<T>): Promise<T>;
  /** Resolves when everything that was asked for so far has ended, well or not. */
  whenIdle(): Promise<void>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take: (key, task) => {
      const turn = (last.get(key) ?? Promise.resolve()).then(task, task);
      last.set(key, turn);
      return turn;
    },
    whenIdle: async () => {
      await Promise.allSettled(last.values());
    },
  };
}
