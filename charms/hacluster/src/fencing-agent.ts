import {getShippedProgram} from '#charm';

const FOLDER = '/usr/local/lib/hacluster';

/**
 * The agent of `stonith:external/maas`, on every member: any of them may be told to fence, and a compute may die while Juju upgrades the
 * charm.
 */
export const FENCING_AGENT = getShippedProgram({
  folder: FOLDER,
  name: 'external-maas.mjs',
  source: 'programs/maas.mjs',
  launcher: {
    // Where cluster-glue looks for external plugins, on Debian and on Ubuntu. It passes over one that others than its owner may write.
    path: '/usr/lib/stonith/plugins/external/maas',
    comment:
      'stonith:external/maas, the fencing device of the hacluster charm, which puts this file back when it is changed.',
    complain: `ha_log.sh err "external/maas cannot run: ${FOLDER}/node is missing"`,
  },
});
