import type {Facet} from './facet.ts';

/** How often a run may find something more to do. Each round may bring out new facts: a daemon is up, a peer is seen. */
const MAX_ROUNDS = 10;

/** What the interpreter needs: a decision, and who makes it true. */
export interface Interpretation<Decision> {
  /** Reads what is and decides what should be. */
  decide(): Promise<Decision>;
  /** In the order in which things are done. The same ones serve all rounds of a run and may remember what it did. */
  readonly facets: readonly Facet<Decision>[];
  /** Told before each step is done. */
  log(summary: string): Promise<void>;
}

/** How a run of the interpreter ended. */
export interface Outcome<Decision> {
  readonly decision: Decision;
  /** What was done, in order. */
  readonly steps: readonly string[];
  /** Whether the last round found nothing more to do. */
  readonly isSettled: boolean;
}

/** Makes true what is decided, facet by facet, and decides again until nothing is left to do. */
export async function interpret<Decision>(work: Interpretation<Decision>): Promise<Outcome<Decision>> {
  const steps: string[] = [];
  let decision = await work.decide();
  for (let round = 1; ; round += 1) {
    const done = await applyOnce(work, decision);
    steps.push(...done);
    if (done.length === 0 || round === MAX_ROUNDS) {
      return {decision, steps, isSettled: done.length === 0};
    }
    decision = await work.decide();
  }
}

async function applyOnce<Decision>(
  {facets, log}: Interpretation<Decision>,
  decision: Decision,
): Promise<readonly string[]> {
  const done: string[] = [];
  for (const facet of facets) {
    // Planned only now, since what an earlier facet did is part of what is: a package brings its services.
    for (const step of await facet.plan(decision)) {
      await log(`${facet.name}: ${step.summary}`);
      await step.apply();
      done.push(`${facet.name}: ${step.summary}`);
    }
  }
  return done;
}

/** What would be done now, without doing it. Later steps may hang on earlier ones and are then not yet known. */
export async function planOnly<Decision>({
  decide,
  facets,
}: Omit<Interpretation<Decision>, 'log'>): Promise<Omit<Outcome<Decision>, 'isSettled'>> {
  const decision = await decide();
  const plans = await Promise.all(
    facets.map(async (facet) => (await facet.plan(decision)).map(({summary}) => `${facet.name}: ${summary}`)),
  );
  return {decision, steps: plans.flat()};
}
