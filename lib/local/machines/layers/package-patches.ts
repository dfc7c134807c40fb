/** Where machines see the folder that their controller was given as `package-patches`. */
export const PATCHES_FOLDER = '/var/lib/juju-package-patches';

/** What every machine has for it, by path. */
export const PATCH_FILES: Readonly<Record<string, string>> = {
  'usr/lib/juju-local/patch-packages': `#!/bin/sh
# Mends packages whose build in this distribution is defective: runs each script of the folder whose name is PACKAGE_VERSION when that
# version is installed. A script does nothing the second time.
cd ${PATCHES_FOLDER} 2>/dev/null || exit 0
for patch in *_*; do
  wanted="installed \${patch#*_}"
  if [ "$(dpkg-query -W -f '\${db:Status-Status} \${Version}' "\${patch%%_*}" 2>/dev/null)" = "$wanted" ]; then sh "./$patch"; fi
done
`,
  // A layer's packages are there at boot, and apt has nothing to do for them.
  'etc/systemd/system/systemd-tmpfiles-setup.service.d/patch-packages.conf':
    '[Service]\nExecStartPost=-/bin/sh /usr/lib/juju-local/patch-packages\n',
  'etc/apt/apt.conf.d/95patch-packages': 'DPkg::Post-Invoke { "sh /usr/lib/juju-local/patch-packages"; };\n',
};
