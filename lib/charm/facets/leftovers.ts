import type {Facet} from '../facet.ts';
import type {Files} from '../host.ts';

/** Files that are not the charm's own and must go: no ledger has them, so the decision names them. */
export interface LeftoversDecision {
  /** Their paths. */
  readonly leftovers?: readonly string[];
}

/** Removes what a decision names as leftovers. */
export function createLeftoversFacet({host}: {readonly host: {readonly files: Files}}): Facet<LeftoversDecision> {
  return {
    name: 'leftovers',
    plan: async ({leftovers = []}) => {
      const found = await Promise.all(
        leftovers.map(async (path) => ({path, isThere: (await host.files.read(path)) !== null})),
      );
      return found
        .filter(({isThere}) => isThere)
        .map(({path}) => ({summary: `remove ${path}`, apply: () => host.files.remove(path)}));
    },
  };
}
