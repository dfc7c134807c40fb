import {getSha1} from '../digest.ts';
import {getUnique, type Desired, type WantedService} from '../desired.ts';
import type {Facet, Step} from '../facet.ts';
import type {CommandResult, Processes} from '../host.ts';
import type {Ledger, LedgerStore} from '../ledger.ts';

/** What systemd says of one service. */
export interface ServiceState {
  readonly isInstalled: boolean;
  /** Also while it is being started, unless it ended by itself before: then it has yet to show that it stays up. */
  readonly isRunning: boolean;
  /** It ended by itself and systemd starts it again, now or in a while (systemd.service(5), `Restart=`). */
  readonly isComingBack: boolean;
  readonly isEnabled: boolean;
  /** Whether `systemctl enable` and `disable` mean anything for it; they do nothing to a static or generated unit. */
  readonly isSwitchable: boolean;
  /** Its unit files changed since systemd read them. */
  readonly needsDaemonReload: boolean;
}

/** A service did not do what it was told; systemd's own words are in the message. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

/** systemd's own limits end a job that hangs; Pacemaker may take minutes to move what it runs before it stops. */
const JOB_TIMEOUT_MS = 30 * 60_000;

/** systemd services, in the order given: started, stopped, and restarted when what they were started with changed. */
export function createServicesFacet(processes: Processes, ledger: LedgerStore): Facet<Desired> {
  const planner = createPlanner(processes, ledger);
  return {
    name: 'services',
    plan: async (decision) => {
      const services = getUnique(decision.services ?? [], ({name}) => `service ${name}`);
      if (services.length === 0) {
        return [];
      }
      const states = await readServices(
        processes,
        services.map(({name}) => name),
      );
      const have = await ledger.read();
      const units = getUnitFiles(decision);
      const isStale = [...states.values()].some(({needsDaemonReload}) => needsDaemonReload);
      return [
        ...(isStale || !isRemembered(have.reloads, SYSTEMD, units) ? [planner.daemonReload(units)] : []),
        ...services.flatMap((want) => planner.plan(want, states.get(want.name) ?? ABSENT, have)),
      ];
    },
  };
}

/** Under this name, which no service has, the ledger keeps with which unit files systemd was made to read its configuration. */
const SYSTEMD = '(systemd)';

/**
 * The decision's own unit files and drop-ins. systemd (252 at least) does not say that it needs a daemon-reload when the first
 * drop-in of a unit that it has loaded is written.
 */
function getUnitFiles({files = []}: Desired): readonly string[] {
  return files.filter(({path}) => path.startsWith('/etc/systemd/system/')).map((file) => JSON.stringify(file));
}

const ABSENT: ServiceState = {
  isInstalled: false,
  isRunning: false,
  isComingBack: false,
  isEnabled: false,
  isSwitchable: true,
  needsDaemonReload: false,
};
/** What `UnitFileState` says of units that systemd starts when something else asks for them, if at all. */
const UNSWITCHABLE = ['static', 'generated', 'transient', 'indirect', 'alias'];
const PROPERTIES = 'Id,LoadState,ActiveState,SubState,NRestarts,UnitFileState,NeedDaemonReload';
/** systemd waits before it starts a service again; the second is of systemd 254 and newer. Both are `activating`. */
const BETWEEN_STARTS = ['auto-restart', 'auto-restart-queued'];

/** systemd's name of a unit: a service goes without its suffix, a timer with its own. */
function getUnitName(name: string): string {
  return name.endsWith('.timer') ? name : `${name}.service`;
}

/** Reads all services with one process. Throws a ServiceError when systemd does not answer. */
export async function readServices(
  processes: Processes,
  names: readonly string[],
): Promise<ReadonlyMap<string, ServiceState>> {
  if (names.length === 0) {
    return new Map();
  }
  const args = ['show', `--property=${PROPERTIES}`, ...names.map(getUnitName)];
  const result = await processes.run('systemctl', args);
  // No answer must not be taken for services that are down: they would all be restarted.
  check('systemctl show', result);
  const blocks = result.stdout.trim().split('\n\n').map(parseProperties);
  // An alias answers with another Id, so blocks are told apart by their place: one for each name asked for.
  return new Map(names.map((name, index) => [name, toState(blocks[index] ?? {})]));
}

function parseProperties(block: string): Partial<Record<string, string>> {
  const pairs = block.split('\n').map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function toState(properties: Partial<Record<string, string>>): ServiceState {
  const isComingBack = readsComingBack(properties);
  return {
    isInstalled: properties['LoadState'] === 'loaded',
    isRunning: !isComingBack && ['active', 'activating', 'reloading'].includes(properties['ActiveState'] ?? ''),
    isComingBack,
    isEnabled: properties['UnitFileState'] === 'enabled',
    isSwitchable: !UNSWITCHABLE.includes(properties['UnitFileState'] ?? ''),
    needsDaemonReload: properties['NeedDaemonReload'] === 'yes',
  };
}

/** NRestarts counts what systemd started again by itself since somebody last started the service. */
function readsComingBack({ActiveState, SubState = '', NRestarts = '0'}: Partial<Record<string, string>>): boolean {
  return ActiveState === 'activating' && (BETWEEN_STARTS.includes(SubState) || NRestarts !== '0');
}

interface Planner {
  daemonReload(units: readonly string[]): Step;
  plan(want: WantedService, have: ServiceState, ledger: Ledger): Step[];
}

function createPlanner(processes: Processes, ledger: LedgerStore): Planner {
  // What each service was started with in this hook: one that does not stay up is not started again and again.
  const started = new Map<string, string>();
  const run = async (what: string, [program, ...args]: readonly [string, ...string[]]): Promise<void> => {
    check(what, await processes.run(program, args, {timeoutMs: JOB_TIMEOUT_MS}));
  };
  const systemctl = (verb: string, name: string, then?: () => Promise<void>): Step => ({
    summary: `${verb} ${name}`,
    apply: async () => {
      await run(`systemctl ${verb} ${name}`, ['systemctl', verb, getUnitName(name)]);
      await then?.();
    },
  });
  const note = async (want: WantedService): Promise<void> => {
    const {restarts, reloads} = await ledger.read();
    started.set(want.name, digest(want.restartWhen));
    await ledger.update({
      restarts: remember(restarts, want.name, want.restartWhen),
      reloads: remember(reloads, want.name, want.reload?.when),
    });
  };
  const reload = async (want: WantedService): Promise<void> => {
    if (want.reload !== undefined) {
      await run(`reload of ${want.name}`, want.reload.command);
    }
    await note(want);
  };
  return {
    daemonReload: (units) => ({
      summary: 'daemon-reload',
      apply: async () => {
        await run('systemctl daemon-reload', ['systemctl', 'daemon-reload']);
        await ledger.update({reloads: remember((await ledger.read()).reloads, SYSTEMD, units)});
      },
    }),
    plan: (want, have, remembered) => {
      const isEnough = want.isEnabled === undefined || want.isEnabled === have.isEnabled || !have.isSwitchable;
      if (!have.isRunning && want.isRunning && started.get(want.name) === digest(want.restartWhen)) {
        return [];
      }
      return [
        ...(isEnough ? [] : [systemctl(want.isEnabled ? 'enable' : 'disable', want.name)]),
        ...planRun(want, have, remembered).map((verb) =>
          verb === 'reload'
            ? {summary: `reload ${want.name}`, apply: () => reload(want)}
            : systemctl(verb, want.name, verb === 'stop' ? undefined : () => note(want)),
        ),
      ];
    },
  };
}

type Digests = Readonly<Record<string, string>>;

/** A service that was started with nothing is not noted, so that one never noted and one noted do not differ. */
function remember(digests: Digests, name: string, texts: readonly string[] = []): Digests {
  const others = Object.entries(digests).filter(([other]) => other !== name);
  const noted: [string, string][] = texts.length === 0 ? others : [...others, [name, digest(texts)]];
  return Object.fromEntries(noted.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isRemembered(digests: Digests, name: string, texts: readonly string[] = []): boolean {
  return (digests[name] ?? digest([])) === digest(texts);
}

/** Whether a service was last started with what it wants, said as it is now or as an earlier revision said it. */
function isStartedWith({name, restartWhen = [], formerRestartWhen = []}: WantedService, restarts: Digests): boolean {
  return [restartWhen, ...formerRestartWhen].some((texts) => isRemembered(restarts, name, texts));
}

/** Which verb brings one service from what it is to what it should be. */
function planRun(want: WantedService, have: ServiceState, ledger: Ledger): ('stop' | 'restart' | 'reload')[] {
  const isUp = have.isRunning || have.isComingBack;
  if (!want.isRunning) {
    return isUp ? ['stop'] : [];
  }
  // Started with `restart`: a service that systemd holds in a failed state is then started afresh.
  if (!isUp || !isStartedWith(want, ledger.restarts)) {
    return ['restart'];
  }
  // One that comes back reads what it has to when systemd starts it.
  return have.isRunning && needsReload(want, ledger) ? ['reload'] : [];
}

function needsReload(want: WantedService, ledger: Ledger): boolean {
  return want.reload?.isHeld !== true && !isReloaded(want, ledger);
}

/** Whether the last start or reload that this unit has made of a service was with the texts of `reload.when`. */
export function isReloaded({name, reload}: WantedService, {reloads}: Pick<Ledger, 'reloads'>): boolean {
  return isRemembered(reloads, name, reload?.when);
}

function check(what: string, {exitCode, stderr}: CommandResult): void {
  if (exitCode !== 0) {
    throw new ServiceError(`${what} failed with status ${exitCode}: ${stderr.trim().split('\n')[0] ?? ''}`);
  }
}

function digest(texts: readonly string[] | undefined): string {
  return getSha1(JSON.stringify(texts ?? [])).slice(0, 16);
}
