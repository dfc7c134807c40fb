import {CLEAN, MOUNT_KERNEL_FILES} from './base.ts';

/**
 * Installs what packages need above a base, so that installing them on a machine is quick: `$1` is the folder, `$2` the base's files
 * from there, the rest are packages. Options of overlayfs separate paths by colons and commas, so paths are relative. The base's lists
 * are used while they do; what is on overlayfs below another must need none of its newer features.
 *
 * What brings services is taken out again, with what depends on it: a machine would start them with their packages' settings when it
 * boots, before the charm has said how they should run, or whether (Corosync would be a cluster of its own, named debian). So the
 * charm's own call installs them, as on a machine that has nothing. What packages only recommend is left to that call too: it may have
 * been told to do without.
 */
export const INSTALL_LAYER = `
cd "$1"; base=$2; shift 2
mkdir root work merged
mount -t overlay overlay -o "lowerdir=$base,upperdir=root,workdir=work,redirect_dir=off,index=off,metacopy=off" merged
root=merged
${MOUNT_KERNEL_FILES}
apt install --no-install-recommends -- "$@" || { apt update; apt install --no-install-recommends -- "$@"; }
list_services() {
  for list in root/var/lib/dpkg/info/*.list; do
    name=\${list##*/}
    [ -f "$list" ] && [ ! -e "$base/var/lib/dpkg/info/$name" ] || continue
    if grep -qE '^/((usr/)?lib/systemd/system|etc/init\\.d)/.' "$list"; then echo "\${name%.list}"; fi
  done
}
# To take one out, apt may put in another that serves the same.
for round in 1 2 3; do
  services=$(list_services)
  [ -z "$services" ] || apt purge -- $services
done
[ -z "$(list_services)" ]
${CLEAN}
`;

/** A package's name as Debian policy 5.6.1 has it, with an architecture where there are several. */
const NAME = /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?$/;

/** Whether apt can be asked for this by name, and does nothing else when it is. */
export function isPackageName(name: string): boolean {
  return NAME.test(name);
}
