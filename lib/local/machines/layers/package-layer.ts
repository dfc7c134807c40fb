import {CLEAN, MOUNT_KERNEL_FILES} from './base.ts';

/**
 * Installs packages above a base: `$1` is the folder, `$2` the base's files from there, the rest are packages. Options of
 * overlayfs separate paths by colons and commas, so paths are relative. The base's lists are used while they do; what is on
 * overlayfs below another must need none of its newer features. What packages only recommend is left to the charm: its own apt-get call
 * may have been told to do without, and a daemon too many (pacemaker beside pacemaker-remote) does harm.
 *
 * Services with a start script of Debian's OpenStack packaging (openstack-pkg-tools) are not enabled: they do not work before somebody has
 * configured them, and a machine would boot into dozens of processes that end and start again. Charms enable what they have configured.
 */
export const INSTALL_LAYER = `
cd "$1"; base=$2; shift 2
mkdir root work merged
mount -t overlay overlay -o "lowerdir=$base,upperdir=root,workdir=work,redirect_dir=off,index=off,metacopy=off" merged
root=merged
${MOUNT_KERNEL_FILES}
apt install --no-install-recommends -- "$@" || { apt update; apt install --no-install-recommends -- "$@"; }
for unit in root/usr/lib/systemd/system/*.service; do
  if grep -qs '^ExecStart=/etc/init.d/.* systemd-start$' "$unit"; then
    rm -f "root/etc/systemd/system/multi-user.target.wants/\${unit##*/}"
  fi
done
${CLEAN}
`;

/** A package's name as Debian policy 5.6.1 has it, with an architecture where there are several. */
const NAME = /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?$/;

/** Whether apt can be asked for this by name, and does nothing else when it is. */
export function isPackageName(name: string): boolean {
  return NAME.test(name);
}
