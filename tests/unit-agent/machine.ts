import {join} from 'node:path';

import {put} from './folder.ts';

export interface MachineFolders {
  /** Where the programs are put. */
  readonly programs: string;
  /** What is installed and what runs. */
  readonly state: string;
}

/** Packages are files in packages/, a service is a file in units/, and one that runs or is enabled a file in running/ or enabled/. */
const programs: Readonly<Record<string, string>> = {
  'apt-get': `
echo "apt-get $*" >>"$state/calls"
case $1 in
update) exit 0 ;;
install) ;;
*) echo "E: Invalid operation $1" >&2; exit 100 ;;
esac
shift
while [ $# -gt 0 ]; do
  case $1 in
  --option) shift ;;
  -*) ;;
  *)
    echo "2.1.2-1ubuntu3" >"$state/packages/$1"
    if [ -f "$state/brings/$1" ]; then
      while IFS= read -r unit; do : >"$state/units/$unit"; : >"$state/running/$unit"; : >"$state/enabled/$unit"; done <"$state/brings/$1"
    fi
    ;;
  esac
  shift
done`,
  'dpkg-query': `
status=0
for name; do
  case $name in -*) continue ;; esac
  if [ -f "$state/packages/$name" ]; then
    IFS= read -r version <"$state/packages/$name"
    printf '%s\\tinstalled\\t%s\\n' "$name" "$version"
  else
    echo "dpkg-query: no packages found matching $name" >&2
    status=1
  fi
done
exit $status`,
  systemctl: `
verb=$1
shift
[ "$verb" = show ] || echo "systemctl $verb $*" >>"$state/calls"
for unit; do
  case $unit in -*) continue ;; esac
  if [ ! -f "$state/units/$unit" ]; then
    if [ "$verb" = show ]; then
      printf 'Id=%s\\nLoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\nNeedDaemonReload=no\\n\\n' "$unit"
      continue
    fi
    echo "Failed to $verb $unit: Unit $unit not found." >&2
    exit 5
  fi
  case $verb in
  show)
    active=inactive enabled=disabled
    [ -f "$state/running/$unit" ] && active=active
    [ -f "$state/enabled/$unit" ] && enabled=enabled
    printf 'Id=%s\\nLoadState=loaded\\nActiveState=%s\\nUnitFileState=%s\\nNeedDaemonReload=no\\n\\n' "$unit" $active $enabled
    ;;
  start | restart | reload) : >"$state/running/$unit" ;;
  stop) rm -f "$state/running/$unit" ;;
  enable) : >"$state/enabled/$unit" ;;
  disable) rm -f "$state/enabled/$unit" ;;
  esac
done`,
};

/** Puts apt-get, dpkg-query and systemctl of a modelled machine into a folder. `brings`: the services that packages come with. */
export async function installMachine(
  {programs: folder, state}: MachineFolders,
  brings: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  for (const name of ['packages', 'units', 'running', 'enabled', 'brings']) await put(join(state, name, '.keep'), '');
  await put(join(state, 'calls'), '');
  for (const [name, services] of Object.entries(brings)) {
    await put(join(state, 'brings', name), services.map((service) => `${service}.service\n`).join(''));
  }
  for (const [name, body] of Object.entries(programs)) {
    await put(join(folder, name), `#!/bin/sh\nstate='${state}'\n${body.trim()}\n`, 0o755);
  }
}
