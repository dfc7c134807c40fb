import type {CommandResult, Processes} from '#charm';

/** A package archive over a slow line may take its time; one that hangs for good does not go on for ever. */
const BUILD_TIMEOUT_MS = 60 * 60 * 1000;

const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
  DEBCONF_NONINTERACTIVE_SEEN: 'true',
};

/** A script of `sh` with its arguments, and the archive server's port on this host. */
export interface JailedScript {
  readonly script: string;
  readonly args: readonly string[];
  readonly port: number;
}

/**
 * Runs a script with mounts and processes of its own: nothing that it mounts is seen outside, and all of it ends with the
 * script, and with this process, however that ends (PR_SET_PDEATHSIG). Nothing of the user's environment is in there.
 */
export function runJailed({run}: Processes, {script, args, port}: JailedScript): Promise<CommandResult> {
  const environment = {...ENVIRONMENT, http_proxy: `http://127.0.0.1:${port}`};
  const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const jail = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return run('setpriv', ['--pdeathsig', 'KILL', 'env', '-i', ...words, ...jail, 'sh', '-euc', script, 'sh', ...args], {
    timeoutMs: BUILD_TIMEOUT_MS,
  });
}
