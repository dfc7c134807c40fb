import type {Desired} from '../desired.ts';
import type {Facet} from '../facet.ts';
import type {HookTools} from '../hook-tools/index.ts';
import type {LedgerStore} from '../ledger.ts';

/** The version `juju status` shows. No hook tool reads it back, so the ledger remembers what was said. */
export function createWorkloadVersionFacet(tools: HookTools, ledger: LedgerStore): Facet<Desired> {
  return {
    name: 'workload version',
    plan: async ({workloadVersion}) => {
      if (workloadVersion === undefined || (await ledger.read()).workloadVersion === workloadVersion) {
        return [];
      }
      return [
        {
          summary: `workload version ${workloadVersion}`,
          apply: async () => {
            await tools.applicationVersionSet(workloadVersion);
            await ledger.update({workloadVersion});
          },
        },
      ];
    },
  };
}
