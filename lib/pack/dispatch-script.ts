/**
 * The program that Juju starts for every hook and action. POSIX sh, since nothing else is there before the first hook. It finds its own
 * folder, so that it works whatever the current one. `exec` leaves no shell between Juju and the hook; only when it
 * fails does the trap run and say why. (A library that the machine lacks is named by the loader itself.)
 *
 * The first hook leaves its compiled code in the charm's folder, which takes about 20 ms off every later one; where it cannot be written or
 * no longer fits, Node.js goes on without. It is not shipped: it is bound to the folder and the processor.
 *
 * An action may talk to services whose certificates are those that the machine trusts; Node.js reads them when it starts, which hooks need not.
 *
 * A hook needs some ten megabytes: with that much room from the start nothing has to be collected, which takes another 5 ms.
 */
export const dispatchScript = `#!/bin/sh
# Runs the charm's program with the Node.js runtime that is packed beside it.
here=\${0%/*}
[ "$here" = "$0" ] && here=.
explain() {
  echo "ERROR the packed Node.js runtime $here/bin/node does not start on this machine ($(uname -sm));" \\
    "the charm is built for Linux x86_64 with glibc 2.28 or newer" >&2
}
trap explain EXIT
case "$JUJU_DISPATCH_PATH" in
  actions/*) export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt ;;
esac
export NODE_COMPILE_CACHE="$here/.compiled"
exec "$here/bin/node" --min-semi-space-size=16 "$here/src/charm.mjs"
`;
