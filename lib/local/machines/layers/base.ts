import type {AptSettings} from './apt-settings.ts';
import {PATCH_FILES} from './package-patches.ts';
import {renderTakenOver} from './apt-settings.ts';
import {getArchivePath, getKeyring, renderSources, type Archive, type Distribution} from './sources.ts';

/**
 * What a machine has before any charm comes, besides the essential packages. Juju's machines are cloud images, and charms rely
 * on what these bring: Python for hooks and for `apt-get` wrappers, `lsb_release`, `sudo`, `curl`, `ip`, `ps`, certificates,
 * rsyslog's /var/log/syslog, and logrotate and cron, for which charms only drop a file.
 */
export const BASE_PACKAGES: readonly string[] = [
  'ca-certificates',
  'cron',
  'curl',
  'dbus',
  'iproute2',
  'iputils-ping',
  'kmod',
  'less',
  'logrotate',
  'lsb-release',
  'netbase',
  'procps',
  'python3',
  'rsyslog',
  'sudo',
  'systemd',
  'systemd-sysv',
];

/** Machines are thrown away: a file that a power cut of the host loses is no loss. Nobody reads their manual pages. */
export const DPKG_OPTIONS = `force-unsafe-io
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-include=/usr/share/locale/locale.alias
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-include=/usr/share/doc/*/examples/*
path-exclude=/usr/share/lintian/*
`;

/**
 * Like a cloud image's, but for: no translations; no recommended updates by timers; and no cache of what is installed, which apt
 * would write anew into every machine at each change (some 40 MB). The cache of what can be had stays in the base.
 */
const APT_OPTIONS = `Acquire::Languages "none";
Acquire::Retries "2";
APT::Periodic::Enable "0";
APT::Install-Suggests "0";
Dir::Cache::pkgcache "";
`;

/** Where a base comes from. `address` is that of the archive server inside machines. */
export interface BaseOptions {
  readonly distribution: Distribution;
  readonly archives: readonly Archive[];
  readonly address: string;
}

/** What decides what a base is: another value is another base. Not the mirrors, which all have the same. */
export function describeBase({distribution, archives, address}: BaseOptions): string {
  const pockets = archives.map(({suites, components}) => ({suites, components}));
  return JSON.stringify({
    distribution,
    pockets,
    address,
    BASE_PACKAGES,
    DPKG_OPTIONS,
    APT_OPTIONS,
    PATCH_FILES,
    SCRIPTS,
  });
}

/** Files that a base is built with and has in the end, by path from its root. */
export function getBaseFiles(options: BaseOptions, settings: AptSettings): Readonly<Record<string, string>> {
  return {
    'etc/apt/sources.list': '# See /etc/apt/sources.list.d/archives.sources.\n',
    'etc/apt/sources.list.d/archives.sources': renderSources(options.archives, options.address, options.distribution),
    'etc/apt/apt.conf.d/90machine': APT_OPTIONS + renderTakenOver(settings),
    'etc/dpkg/dpkg.cfg.d/90machine': DPKG_OPTIONS,
    ...PATCH_FILES,
    'etc/default/locale': 'LANG=C.UTF-8\n',
    // Each machine gets its own; what the builders copy from the host does not stay.
    'etc/hostname': 'localhost\n',
    'etc/hosts': '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n',
    'etc/resolv.conf': '',
    'etc/machine-id': '',
  };
}

/** The arguments of `mmdebstrap`'s or `debootstrap`'s script. `files` is a folder with what `getBaseFiles` says. */
export function getBaseArguments({distribution, archives, address}: BaseOptions, folder: string): string[] {
  const {codename, architecture} = distribution;
  const components = [...new Set(archives.flatMap((archive) => archive.components))];
  return [
    folder,
    architecture,
    BASE_PACKAGES.join(','),
    codename,
    components.join(','),
    getKeyring(distribution),
    address + getArchivePath(archives.findIndex(({suites}) => suites.includes(codename))),
  ];
}

const MMDEBSTRAP = `
cd "$1"
mmdebstrap --quiet --mode=root --variant=minbase --format=directory --architectures="$2" --include="$3" \\
  --aptopt=files/etc/apt/apt.conf.d/90machine --aptopt='Acquire::http::Proxy "'"$http_proxy"'"' \\
  --dpkgopt=files/etc/dpkg/dpkg.cfg.d/90machine --skip=cleanup/apt \\
  "$4" root files/etc/apt/sources.list.d/archives.sources >&2
rm -f root/etc/apt/apt.conf.d/99mmdebstrap root/etc/dpkg/dpkg.cfg.d/99mmdebstrap root/etc/apt/sources.list.d/*
`;

const DEBOOTSTRAP = `
cd "$1"
debootstrap --variant=minbase --arch="$2" --include="$3" --components="$5" --keyring="$6" "$4" root "$7" >&2
`;

/** A machine's kernel file systems, as far as installing needs them; nothing of the host can be changed through them. */
export const MOUNT_KERNEL_FILES = `
mount -t proc proc "$root/proc"
mount -o bind,ro /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/full" c 1 7
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
printf '#!/bin/sh\\nexit 101\\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
apt() { chroot "$root" apt-get --quiet --assume-yes -o "Acquire::http::Proxy=$http_proxy" "$@" >&2; }
`;

/** Leaves no log, download or setting of the build behind. */
export const CLEAN = `
rm -f "$root/usr/sbin/policy-rc.d"
rm -f "$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/archives/partial/*
find "$root/var/log" -type f -delete
rm -rf "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old "$root"/var/cache/ldconfig/aux-cache
`;

const FINISH = `
cp -R files/. root/
# Alternatives of some packages link manual pages in here, and fail where the folders are missing.
for section in 1 2 3 4 5 6 7 8; do mkdir -p "root/usr/share/man/man$section"; done
root=root
${MOUNT_KERNEL_FILES}
# Debconf asks nobody.
echo 'debconf debconf/frontend select Noninteractive' | chroot root debconf-set-selections
apt update
apt dist-upgrade
# Writes the cache of what can be had.
apt check
${CLEAN}
`;

const SCRIPTS = {mmdebstrap: MMDEBSTRAP + FINISH, debootstrap: DEBOOTSTRAP + FINISH};

/** The script that builds a base by one of the two programs, from `files` to `root`. */
export function getBaseScript(program: 'mmdebstrap' | 'debootstrap'): string {
  return SCRIPTS[program];
}
