import {runAction, type ActionHandler} from './action.ts';
import {ContextError, isLeaving, parseContext, type HookContext} from './context.ts';
import type {Desired} from './desired.ts';
import type {Facet} from './facet.ts';
import {createFilesFacet} from './facets/files.ts';
import {createFoldersFacet} from './facets/folders.ts';
import {createPackagesFacet} from './facets/packages.ts';
import {createPortsFacet} from './facets/ports.ts';
import {createRelationDataFacet} from './facets/relation-data.ts';
import {createServicesFacet} from './facets/services.ts';
import {createWorkloadVersionFacet} from './facets/workload-version.ts';
import {createHookTools, HookToolError, type HookTools, type Network, type ReadStatus} from './hook-tools/index.ts';
import type {Environment, Host, RunHookTool} from './host.ts';
import {interpret, planOnly, type Interpretation} from './interpreter.ts';
import {createLedgerStore, type LedgerStore} from './ledger.ts';
import type {Parse} from './parsed.ts';
import {createRelationReader, type RelationReader} from './relation-reader.ts';
import {blocked, collectStatus, type Status} from './status.ts';
import {readStorage, type StorageView} from './storage.ts';
import type {Endpoint, View} from './view.ts';

/** What one run of a charm needs from outside. */
export interface DispatchPorts {
  readonly environment: Environment;
  readonly tools: RunHookTool;
  readonly host: Host;
  /** Asks for a dry run: nothing is done, and this is told each step that a hook would do now, and its status. */
  readonly dryRun?: (step: string) => void;
  /** Told of a failure when Juju's log cannot be: then this is no hook, but somebody who tries the program. */
  readonly complain?: (message: string) => void;
}

/** What a charm's readers and extension facets may use. */
export interface CharmPorts {
  readonly context: HookContext;
  readonly host: Host;
  readonly tools: HookTools;
  readonly ledger: LedgerStore;
}

/** A charm: what it reads, and how it decides. */
export interface CharmDefinition<Config, Facts, Decision extends Desired> {
  /** How `config-get` is read. When an option is bad the unit is blocked and nothing else changes. */
  readonly config: Parse<Config>;
  /** Every endpoint of its metadata whose data it reads or writes. */
  readonly endpoints: readonly Endpoint<unknown>[];
  /** Bindings whose networks the view holds. */
  readonly networks?: readonly string[];
  /** Stores of its metadata whose instances the view holds. */
  readonly storage?: readonly string[];
  /** Reads what the charm needs to know beyond the common view. It changes nothing. */
  readFacts(ports: CharmPorts): Promise<Facts>;
  /** The decision: pure, the same view gives the same answer. */
  desire(view: View<Config, Facts>): Decision;
  /** Facets of the charm's own, done after services and before relation data. */
  facets?(ports: CharmPorts): readonly Facet<Decision>[];
  /** By their names in the metadata. An action does what its handler does and nothing else: no decision is made. */
  readonly actions?: Readonly<Record<string, ActionHandler>>;
}

/** A charm that can be run. `endpoints` and `actions` are the names it knows, for a check against its metadata. */
export interface Charm {
  readonly endpoints: readonly string[];
  readonly actions: readonly string[];
  run(ports: DispatchPorts): Promise<number>;
}

/** A charm from its definition. Its `run` never throws: it resolves with the exit status for Juju. */
export function defineCharm<Config, Facts, Decision extends Desired = Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
): Charm {
  return {
    endpoints: definition.endpoints.map(({name}) => name),
    actions: Object.keys(definition.actions ?? {}),
    run: (ports) => runGuarded(definition, ports),
  };
}

/** Juju retries a hook that fails, so only what a retry may mend ends here with 1; the log says what it was. */
async function runGuarded<Config, Facts, Decision extends Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
  ports: DispatchPorts,
): Promise<number> {
  const tools = createHookTools(ports.tools);
  try {
    await runEvent(definition, ports, tools);
    return 0;
  } catch (error) {
    await logFailure(tools, error, ports.complain);
    return 1;
  }
}

async function runEvent<Config, Facts, Decision extends Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
  {environment, host, dryRun}: DispatchPorts,
  tools: HookTools,
): Promise<void> {
  const context = parseContext(environment);
  const {event} = context;
  const isRemoval = event.kind === 'unit' && event.name === 'remove';
  if (dryRun !== undefined && (event.kind === 'action' || isRemoval)) {
    dryRun(event.kind === 'action' ? `action: ${event.name}` : 'ledger: remove');
  } else if (event.kind === 'action') {
    const {reader} = createHookPorts(definition, {context, tools, host});
    await runAction(definition.actions?.[event.name], {context, tools, host, readRelations: () => reader.read()});
  } else if (isRemoval) {
    // The last hook: what is on the machine goes with it, or belongs to others by now.
    await createLedgerStore(host.files, context.unit).remove();
  } else {
    await runHook(definition, createHookPorts(definition, {context, tools, host}), dryRun);
  }
}

async function logFailure(tools: HookTools, error: unknown, complain: DispatchPorts['complain']): Promise<void> {
  const message = describeError(error);
  try {
    await tools.jujuLog('ERROR', message);
    if (error instanceof Error && !(error instanceof ContextError) && error.stack !== undefined) {
      await tools.jujuLog('DEBUG', error.stack);
    }
  } catch {
    complain?.(message);
  }
}

/** An error with what caused it. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const message = `${error.name}: ${error.message}`;
  return error.cause === undefined ? message : `${message} (caused by ${describeError(error.cause)})`;
}

interface HookPorts extends CharmPorts {
  readonly reader: RelationReader;
  readonly leadership: Leadership;
  /** Asked once: config does not change while a hook runs. */
  config(): Promise<Readonly<Record<string, unknown>>>;
}

interface Leadership {
  /** Asks Juju, which then vouches for it for 30 seconds: once a round, since installing takes longer than that. */
  ask(): Promise<boolean>;
  /** The last answer. */
  know(): Promise<boolean>;
}

function createHookPorts(
  {endpoints}: {readonly endpoints: readonly Endpoint<unknown>[]},
  {context, tools, host}: {context: HookContext; tools: HookTools; host: Host},
): HookPorts {
  const leadership = createLeadership(tools);
  const config = once(() => tools.configGet());
  const reader = createRelationReader({tools, context, endpoints, isLeader: () => leadership.know()});
  return {context, tools, host, reader, leadership, config, ledger: createLedgerStore(host.files, context.unit)};
}

function createLeadership(tools: HookTools): Leadership {
  let answer: Promise<boolean> | null = null;
  const ask = (): Promise<boolean> => (answer = tools.isLeader());
  return {ask, know: () => answer ?? ask()};
}

/** A decision, or the reasons why none can be made. */
type Decided<Decision> = {readonly desired: Decision} | {readonly statuses: readonly Status[]};

async function runHook<Config, Facts, Decision extends Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
  ports: HookPorts,
  dryRun: DispatchPorts['dryRun'],
): Promise<void> {
  const given = {
    networks: once(() => readNetworks(ports.tools, definition.networks ?? [])),
    storage: once(() => readStorage(ports.tools, definition.storage ?? [])),
  };
  if (isLeaving(ports.context) && dryRun === undefined) {
    // A relation breaks without saying who leaves: only the departures before it tell.
    await ports.ledger.update({isLeaving: true});
  }
  const work: Interpretation<Decided<Decision>> = {
    decide: () => decide(definition, ports, given),
    facets: createFacets(definition, ports).map(whenDecided),
    log: (summary) => ports.tools.jujuLog('INFO', summary),
  };
  if (dryRun !== undefined) {
    const {decision, steps} = await planOnly(work);
    const {status, message} = getStatus(decision);
    [...steps, `status: ${status} ${message}`.trim()].forEach(dryRun);
    return;
  }
  // Nobody else sets it, so it is asked for beside the rest.
  const before = ports.tools.statusGet();
  before.catch(() => undefined);
  const {decision, isSettled} = await interpret(work);
  if (!isSettled) {
    await ports.tools.jujuLog('WARNING', 'there is still something to do; the next hook goes on');
  }
  await setStatus(ports.tools, await before, getStatus(decision));
}

/** What Juju gave the unit, which stays while a hook runs. */
interface Given {
  readonly networks: () => Promise<Readonly<Record<string, Network>>>;
  readonly storage: () => Promise<StorageView>;
}

function getStatus(decided: Decided<Desired>): Status {
  return collectStatus('desired' in decided ? decided.desired.statuses : decided.statuses);
}

async function decide<Config, Facts, Decision extends Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
  ports: HookPorts,
  given: Given,
): Promise<Decided<Decision>> {
  // All at once, config too: each hook tool takes tens of milliseconds.
  const reading = Promise.all([
    ports.leadership.ask(),
    ports.reader.read(),
    ports.host.facts(),
    definition.readFacts(ports),
    given.networks(),
    given.storage(),
  ]);
  // With bad config nobody asks what came of it.
  reading.catch(() => undefined);
  const config = definition.config(await ports.config());
  if (!config.ok) {
    return {statuses: config.problems.map(({key, message}) => blocked(`option ${key} ${message}`))};
  }
  const [isLeader, relations, host, facts, networks, storage] = await reading;
  const {context} = ports;
  const ledger = await ports.ledger.read();
  const view = {
    context,
    isLeader,
    isLeaving: ledger.isLeaving || isLeaving(context),
    config: config.value,
    relations,
    networks,
    storage,
    host,
    facts,
  };
  return {desired: definition.desire(view)};
}

/** The order in which things are done: what later ones need comes first. */
function createFacets<Config, Facts, Decision extends Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
  ports: HookPorts,
): readonly Facet<Decision>[] {
  const {host, tools, ledger} = ports;
  return [
    createPackagesFacet(host.processes),
    createFoldersFacet(host.files),
    createFilesFacet(host.files, ledger),
    createServicesFacet(host.processes, ledger),
    ...(definition.facets?.(ports) ?? []),
    createRelationDataFacet({...ports, isLeader: () => ports.leadership.know()}),
    createPortsFacet(tools),
    createWorkloadVersionFacet(tools, ledger),
  ];
}

function whenDecided<Decision>(facet: Facet<Decision>): Facet<Decided<Decision>> {
  return {
    name: facet.name,
    plan: (decided) => ('desired' in decided ? facet.plan(decided.desired) : Promise.resolve([])),
  };
}

async function readNetworks(tools: HookTools, bindings: readonly string[]): Promise<Record<string, Network>> {
  const networks = await Promise.all(bindings.map((binding) => readNetwork(tools, binding)));
  return Object.fromEntries(
    networks.flatMap((network, at) => (network === null ? [] : [[bindings[at] ?? '', network]])),
  );
}

/** Null for a binding without an address, which is nothing that a retry mends: the charm says what it waits for. */
async function readNetwork(tools: HookTools, binding: string): Promise<Network | null> {
  try {
    const network = await tools.networkGet(binding);
    return network.bindAddresses.length + network.ingressAddresses.length === 0 ? null : network;
  } catch (error) {
    if (error instanceof HookToolError && error.isNetworkNotFound) {
      return null;
    }
    throw error;
  }
}

/** Set last and only when it differs: its time in `juju status` is then the time it changed. */
async function setStatus(tools: HookTools, have: ReadStatus, status: Status): Promise<void> {
  if (have.status !== status.status || have.message !== status.message) {
    await tools.statusSet(status);
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () => (reading ??= read());
}
