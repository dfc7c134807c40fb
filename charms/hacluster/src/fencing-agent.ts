import type {ShippedFile, WantedFile} from '#charm';

/** Where cluster-glue looks for external plugins, on Debian and on Ubuntu. */
const LAUNCHER = '/usr/lib/stonith/plugins/external/maas';
const FOLDER = '/usr/local/lib/hacluster';
const RUNTIME = `${FOLDER}/node`;
const PROGRAM = `${FOLDER}/external-maas.mjs`;

/**
 * The agent of `stonith:external/maas`, on every member: any of them may be told to fence. What it runs is no part of the charm's
 * folder: that is half written while Juju upgrades the charm, and a compute may die just then. Links keep the old files until the
 * first hook of the new charm replaces them one by one, each at once. Any of its programs runs on any of its runtimes.
 */
export const FENCING_AGENT: readonly (WantedFile | ShippedFile)[] = [
  {path: RUNTIME, source: 'bin/node'},
  {path: PROGRAM, source: 'programs/maas.mjs'},
  // Last: it is there when what it starts is. cluster-glue passes over a plugin that others than its owner may write.
  {path: LAUNCHER, content: getLauncher(), mode: 0o755},
];

/** Certificates are those that the machine trusts, so that operators can add the one of their MAAS to them. */
function getLauncher(): string {
  return `#!/bin/sh
# stonith:external/maas, the fencing device of the hacluster charm, which puts this file back when it is changed.
if [ ! -x ${RUNTIME} ]; then
  ha_log.sh err "external/maas cannot run: ${RUNTIME} is missing"
  exit 1
fi
export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
exec ${RUNTIME} ${PROGRAM} "$@"
`;
}
