import type {CharmPorts, Facet} from '#charm';

/** Files that are not the charm's own and must go: no ledger has them, so the decision names them. */
export function createLeftoversFacet({host}: CharmPorts): Facet<{readonly leftovers?: readonly string[]}> {
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
