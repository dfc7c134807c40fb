interface Login {
  readonly machine: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Who to be at which archive, from the contents of apt's auth.conf files (apt_auth.conf(5)): `machine HOST[:PORT][/PATH] login
 * NAME password SECRET`. Like apt, gives nothing over plain http unless the entry says `http://`.
 */
export function readCredentials(contents: readonly string[]): (target: URL) => string | null {
  const logins = contents.flatMap(readLogins);
  return (target) => {
    const found = logins.find(({machine}) => isMeant(machine, target));
    return found === undefined ? null : `${found.user}:${found.password}`;
  };
}

function readLogins(content: string): Login[] {
  const words = content
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join(' ')
    .split(/\s+/);
  const logins: Login[] = [];
  let login: Login = {machine: '', user: '', password: ''};
  for (const [at, word] of words.entries()) {
    const value = words[at + 1] ?? '';
    if (word === 'machine') login = {machine: value, user: '', password: ''};
    if (word === 'login') login = {...login, user: value};
    if (word === 'password') login = {...login, password: value};
    if (login.machine !== '' && login.user !== '' && login.password !== '') {
      logins.push(login);
      login = {machine: '', user: '', password: ''};
    }
  }
  return logins;
}

function isMeant(machine: string, target: URL): boolean {
  const [, scheme = 'https', rest = ''] = /^(?:(\w+):\/\/)?(.*)$/.exec(machine) ?? [];
  if (`${scheme}:` !== target.protocol) return false;
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '/' : rest.slice(slash);
  return (host === target.host || host === target.hostname) && target.pathname.startsWith(path);
}
