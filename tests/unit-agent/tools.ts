import {join} from 'node:path';

import {put} from './folder.ts';

/** Prints a file with what the shell itself has: a tool that answers then costs the start of one small program. */
const print = `
print() {
  [ -f "$1" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done <"$1"
}
`;

/** Arguments that tools share: `-r ID`, `--app`, `--format=json`; the rest in $rest, the last of it in $last. */
const options = `
relation= application= rest= last=
while [ $# -gt 0 ]; do
  case $1 in
  -r | --relation) relation=$2; shift ;;
  --app) application=yes ;;
  --format=json | --all | --include-data | -) ;;
  *) rest="$rest $1"; last=$1 ;;
  esac
  shift
done
fail() { echo "ERROR $1" >&2; exit "\${2:-1}"; }
`;

/** Tools that only read, by name. $state is the folder of the unit's state. */
const readers: Readonly<Record<string, string>> = {
  'config-get': 'print "$state/config.json"',
  'is-leader': 'print "$state/leader.json"',
  'relation-ids': 'print "$state/endpoints/$last.json" || echo "[]"',
  'relation-list': `
if [ -n "$application" ]; then file=app.json; else file=units.json; fi
print "$state/relations/$relation/$file" || fail "invalid value \\"$relation\\" for option -r: relation not found" 2`,
  'relation-get': `
[ -d "$state/relations/$relation" ] || fail "invalid value \\"$relation\\" for option -r: relation not found" 2
case $last in */*) bag=\${last%/*}-\${last##*/} ;; *) bag=$last ;; esac
print "$state/relations/$relation/bags/$bag.json" || fail "permission denied"`,
  'network-get': `print "$state/networks/$last.json" || fail "binding name \\"$last\\" not defined by the unit's charm"`,
  'status-get': 'print "$state/status.json"',
  'opened-ports': 'print "$state/ports.json"',
};

/** Tools that change something: started as `<node> write.mjs`, since merging JSON is beyond a shell. Each call is noted. */
const writer = `
import {appendFileSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
const [state, tool, ...args] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(state + '/' + path, 'utf8'));
const write = (path, value) => {
  writeFileSync(state + '/' + path + '.new', JSON.stringify(value) + '\\n');
  renameSync(state + '/' + path + '.new', state + '/' + path);
};
const fail = (message, status = 1) => {
  process.stderr.write('ERROR ' + message + '\\n');
  process.exit(status);
};
appendFileSync(state + '/calls', [tool, ...args].join(' ') + '\\n');
const unit = process.env.JUJU_UNIT_NAME;
const separated = args.indexOf('--');
const words = separated < 0 ? [] : args.slice(separated + 1);
switch (tool) {
  case 'relation-set': {
    const id = args[args.indexOf('-r') + 1];
    const app = args.includes('--app');
    if (app && !read('leader.json')) fail('cannot write relation settings');
    const path = 'relations/' + id + '/bags/' + (app ? unit.split('/')[0] : unit.replace('/', '-')) + '.json';
    const data = JSON.parse(readFileSync(0, 'utf8'));
    if (Object.values(data).some((value) => typeof value !== 'string')) fail('cannot unmarshal: not a string');
    const merged = {...read(path), ...data};
    write(path, Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== '')));
    break;
  }
  case 'status-set': {
    const status = args.find((word) => !word.startsWith('--'));
    if (!['maintenance', 'blocked', 'waiting', 'active'].includes(status)) fail('invalid status "' + status + '"');
    write('status.json', {message: words.join(' '), status, 'status-data': {}});
    break;
  }
  case 'open-port':
    write('ports.json', [...new Set([...read('ports.json'), args[0]])].sort());
    break;
  case 'close-port':
    write('ports.json', read('ports.json').filter((port) => port !== args[0]));
    break;
  case 'application-version-set':
    writeFileSync(state + '/version', words[0] + '\\n');
    break;
  case 'juju-log':
    break;
  default:
    fail('unknown command: ' + tool);
}
`;
const writers: readonly string[] = [
  'application-version-set',
  'close-port',
  'juju-log',
  'open-port',
  'relation-set',
  'status-set',
];

export interface ToolFolders {
  /** Where the programs are put; it goes first on PATH. */
  readonly tools: string;
  /** The unit's state, see `writeAgentState`. */
  readonly state: string;
}

/** Puts Juju's hook tools into a folder, as programs that answer from a unit's state. `node` runs those that write. */
export async function installHookTools({tools, state}: ToolFolders, node: string): Promise<void> {
  await put(join(tools, 'lib', 'write.mjs'), writer);
  for (const [name, body] of Object.entries(readers)) {
    await put(join(tools, name), `#!/bin/sh\nstate='${state}'\n${print}${options}${body}\n`, 0o755);
  }
  for (const name of writers) {
    const command = `exec '${node}' '${join(tools, 'lib', 'write.mjs')}' '${state}' ${name} "$@"`;
    await put(join(tools, name), `#!/bin/sh\n${command}\n`, 0o755);
  }
}
