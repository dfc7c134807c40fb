/** One difference between what is and what should be, and how it is made. */
export interface Step {
  /** What is done, in a few words for the log and for a dry run; never a secret. */
  readonly summary: string;
  apply(): Promise<void>;
}

/**
 * One kind of thing a charm looks after. `plan` reads what is, compares it with what the decision wants, and returns
 * what is to be done; it changes nothing. No steps means that nothing is to be done.
 */
export interface Facet<Decision> {
  readonly name: string;
  plan(decision: Decision): Promise<readonly Step[]>;
}
