import {
  blocked,
  getSha1,
  readServices,
  waiting,
  type CharmPorts,
  type Desired,
  type Facet,
  type Ledger,
  type LedgerStore,
  type Processes,
  type Status,
  type WantedFile,
  type WantedService,
} from '#charm';

import type {Workload} from './distribution.ts';

/** What a program prints when a password is refused, and what to say of it: relation, unit and key. */
export interface Refusal {
  readonly sign: string;
  readonly message: string;
}

/** One program of a set-up. It does nothing that was done when it is run again. */
export interface SetUpCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** In place of program and arguments, for people. */
  readonly name?: string;
  /** Whom it runs as; secrets may be in its environment or its standard input, never in its arguments. */
  readonly user: string;
  readonly stdin?: string;
  readonly refusals?: readonly Refusal[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What it prints when it fails because it was done before. */
  readonly doneBefore?: string;
}

/** What has to be done once before services can start: a database's tables, for the most part. */
export interface SetUp {
  /** What it depends on, passwords too: it is done again when one of these changes. */
  readonly dependsOn: readonly string[];
  readonly commands: readonly SetUpCommand[];
}

/** A decision that may ask for a set-up. */
export interface ServerDecision extends Desired {
  readonly setUp?: SetUp;
}

/** What is known of a server on its machine. */
export interface ServerFacts {
  /** Whether its services are kept from starting until the charm lets them; then packages can be installed. */
  readonly isHeld: boolean;
  /** The digest of the set-up that was done; empty before. */
  readonly done: string;
  /** That of the one that failed when it was last tried, and how. */
  readonly failure: {readonly digest: string; readonly reason: string; readonly isRefusal: boolean} | null;
  /** By service, whether it runs. */
  readonly running: Readonly<Record<string, boolean>>;
}

/** Those of a server of which nothing is run. */
export const NO_SERVER: ServerFacts = {isHeld: false, done: '', failure: null, running: {}};

const DONE_NOTE = 'set up';
const FAILURE_NOTE = 'set up failed';
const REFUSED = 'refused';

function getDropInPath(service: string): string {
  return `/etc/systemd/system/${service}.service.d/charm.conf`;
}

/**
 * Packages start their services when they are installed, and machines when they boot; one that nobody has configured ends at once and
 * is started again and again. So it is held by a condition that nothing fulfils. Nova's services are ready, for systemd, only once
 * the message broker or a conductor has answered, and whoever starts them, a hook or the machine, would wait for that: of type simple
 * they are ready once they run.
 */
function getDropIns(services: readonly string[], isReady: boolean): readonly WantedFile[] {
  const content = isReady
    ? '[Service]\nType=simple\nRestartSec=5\n'
    : '# Not configured yet.\n[Unit]\nConditionPathExists=!/\n';
  return services.map((service) => ({path: getDropInPath(service), content}));
}

/** Reads them with one process, as soon as services are held. */
export async function readServerFacts({host, ledger}: CharmPorts, services: readonly string[]): Promise<ServerFacts> {
  const dropIns = await Promise.all(services.map((service) => host.files.read(getDropInPath(service))));
  if (dropIns.includes(null)) {
    return NO_SERVER;
  }
  const states = await readServices(host.processes, services);
  const {notes} = await ledger.read();
  const [digest, reason = '', kind] = notes[FAILURE_NOTE] ?? [];
  return {
    isHeld: true,
    done: notes[DONE_NOTE]?.[0] ?? '',
    failure: digest === undefined ? null : {digest, reason, isRefusal: kind === REFUSED},
    running: Object.fromEntries([...states].map(([name, {isRunning}]) => [name, isRunning])),
  };
}

/** What a server is made from: its files, and what has to be done before it starts; null while that is not known. */
export interface ServerWish {
  readonly files: NonNullable<Desired['files']>;
  readonly setUp: SetUp | null;
  readonly canSetUp: boolean;
  /** Services of others that it needs, before its own. */
  readonly needs?: readonly WantedService[];
}

/** Whether services may run: nothing has to be done first, or it was. */
export function isSetUp(setUp: SetUp | null, {done}: ServerFacts): boolean {
  return setUp === null || done === getDigest(setUp);
}

/**
 * Step by step, each in a round of its own: services are held; packages and files; the set-up; services. While something that was known is
 * away, what runs is left alone.
 */
export function decideServer(
  {packages, services, unused = []}: Workload,
  facts: ServerFacts,
  wish: ServerWish | null,
): Omit<ServerDecision, 'statuses'> {
  if (!facts.isHeld) {
    return {files: getDropIns([...services, ...unused], false)};
  }
  if (wish === null) {
    return {packages};
  }
  const {files, setUp, canSetUp, needs = []} = wish;
  const isReady = isSetUp(setUp, facts);
  const all = [...files, ...getDropIns(services, isReady), ...getDropIns(unused, false)];
  if (!isReady) {
    return {packages, files: all, ...(canSetUp && setUp !== null ? {setUp} : {})};
  }
  const restartWhen = all.map((file) => JSON.stringify(file));
  return {
    packages,
    files: all,
    services: [...needs, ...services.map((name) => ({name, isRunning: true, isEnabled: true, restartWhen}))],
  };
}

/** Why a server whose relations have said everything does not run yet. */
export function getServerStatuses(
  {services}: Workload,
  facts: ServerFacts,
  {setUp, canSetUp}: ServerWish,
): readonly Status[] {
  if (setUp !== null && !isSetUp(setUp, facts)) {
    return [canSetUp ? getSetUpStatus(setUp, facts) : waiting('only the leader of this application runs')];
  }
  const stopped = services.filter((name) => facts.running[name] !== true);
  return stopped.length === 0 ? [] : [blocked(`Services not running that should be: ${stopped.join(', ')}`)];
}

function getSetUpStatus(setUp: SetUp, {failure}: ServerFacts): Status {
  if (failure === null || failure.digest !== getDigest(setUp)) {
    return waiting('the database is not set up yet');
  }
  return failure.isRefusal ? blocked(failure.reason) : waiting(`${failure.reason}; the next hook tries again`);
}

/** Does a set-up once for all that it depends on. A failure is noted and tried again by the next hook: the hook does not fail. */
export function createSetUpFacet({host, ledger, tools}: CharmPorts): Facet<ServerDecision> {
  let isTried = false;
  return {
    name: 'set up',
    plan: async ({setUp}) => {
      if (isTried || setUp === undefined || (await ledger.read()).notes[DONE_NOTE]?.[0] === getDigest(setUp)) {
        return [];
      }
      return [
        {
          summary: setUp.commands.map(({program, args, name}) => name ?? [program, ...args].join(' ')).join('; '),
          apply: async () => {
            isTried = true;
            const failed = await runCommands(setUp.commands, host.processes);
            const digest = getDigest(setUp);
            if (failed === null) {
              await takeNotes(ledger, {[DONE_NOTE]: [digest], [FAILURE_NOTE]: []});
            } else {
              await tools.jujuLog('WARNING', `the set-up failed: ${failed[0] ?? ''}`);
              await takeNotes(ledger, {[FAILURE_NOTE]: [digest, ...failed]});
            }
          },
        },
      ];
    },
  };
}

/** Runs them one after the other; why one failed, as the note of it has it, or null. */
async function runCommands(commands: readonly SetUpCommand[], processes: Processes): Promise<readonly string[] | null> {
  for (const {program, args, user, name, doneBefore, refusals = [], ...given} of commands) {
    const options = {...given, timeoutMs: 10 * 60_000};
    const {exitCode, stdout, stderr} = await processes.run('runuser', ['-u', user, '--', program, ...args], options);
    // It may hold passwords, as in a database's URL: nothing of it is shown.
    const output = stdout + stderr;
    if (exitCode !== 0 && (doneBefore === undefined || !output.includes(doneBefore))) {
      const refusal = refusals.find(({sign}) => output.includes(sign));
      return refusal === undefined
        ? [`${name ?? [program, args[0] ?? ''].join(' ')} ends with status ${exitCode}`]
        : [refusal.message, REFUSED];
    }
  }
  return null;
}

function getDigest({dependsOn, commands}: SetUp): string {
  const texts = commands.map(({program, args, stdin = ''}) => [program, ...args, stdin]);
  return getSha1(JSON.stringify([dependsOn, texts]));
}

/** Remembers on this unit; an empty list is nothing to remember. */
export async function takeNotes(ledger: LedgerStore, change: Ledger['notes']): Promise<void> {
  const {notes} = await ledger.read();
  const all = Object.entries({...notes, ...change}).filter(([, values]) => values.length > 0);
  await ledger.update({notes: Object.fromEntries(all)});
}

/** How Debian's start scripts run an API in uWSGI: they read further arguments for it from `/etc/default`. */
export function renderUwsgiArguments(name: string, args: readonly string[]): WantedFile {
  return {
    path: `/etc/default/${name}`,
    content: `# Written by the charm; changes made here are lost.\nDAEMON_ARGS="$DAEMON_ARGS --need-app ${args.join(' ')}"\n`,
  };
}
