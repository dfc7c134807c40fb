import {runAction, type ActionHandler} from './action.ts';
import {ContextError, isLeaving, parseContext, type HookContext} from './context.ts';
import type {Desired} from './desired.ts';
import type {Facet} from './facet.ts';
import {createFilesFacet} from './facets/files.ts';
import {createPackagesFacet} from './facets/packages.ts';
import {createPortsFacet} from './facets/ports.ts';
import {createRelationDataFacet} from './facets/relation-data.ts';
import {createServicesFacet} from './facets/services.ts';
import {createWorkloadVersionFacet} from './facets/workload-version.ts';
import {createHookTools, type HookTools, type Network} from './hook-tools/index.ts';
import type {Environment, Host, RunHookTool} from './host.ts';
import {interpret, type Interpretation} from './interpreter.ts';
import {createLedgerStore, type LedgerStore} from './ledger.ts';
import type {Parse} from './parsed.ts';
import {createRelationReader, type RelationReader} from './relation-reader.ts';
import {blocked, collectStatus, type Status} from './status.ts';
import type {Endpoint, View} from './view.ts';

/** What one run of a charm needs from outside. */
export interface DispatchPorts {
  readonly environment: Environment;
  readonly tools: RunHookTool;
  readonly host: Host;
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
  /** Reads what the charm needs to know beyond the common view. It changes nothing. */
  readFacts(ports: CharmPorts): Promise<Facts>;
  /** The decision: pure, the same view gives the same answer. */
  desire(view: View<Config, Facts>): Decision;
  /** Facets of the charm's own, done after services and before relation data. */
  facets?(ports: CharmPorts): readonly Facet<Decision>[];
  /** What the last hook of the unit undoes; nothing else runs in it. */
  readonly actions?: Readonly<Record<string, ActionHandler>>;
}

/** A charm that can be run. `endpoints` and `actions` are the names it knows, for a check against its metadata. */
export interface Charm {
  readonly endpoints: readonly string[];
  readonly actions: readonly string[];
  run(ports: DispatchPorts): Promise<number>;
}

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
    const context = parseContext(ports.environment);
    if (context.event.kind === 'action') {
      await runAction(definition.actions?.[context.event.name], {context, tools, host: ports.host});
    } else {
      await runHook(definition, createHookPorts(definition, {context, tools, host: ports.host}));
    }
    return 0;
  } catch (error) {
    await logFailure(tools, error);
    return 1;
  }
}

async function logFailure(tools: HookTools, error: unknown): Promise<void> {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // Outside a hook there is nobody to log to: the exit status alone then tells.
  const ignore = (): void => undefined;
  await tools.jujuLog('ERROR', message).catch(ignore);
  if (error instanceof Error && !(error instanceof ContextError) && error.stack !== undefined) {
    await tools.jujuLog('DEBUG', error.stack).catch(ignore);
  }
}

interface HookPorts extends CharmPorts {
  readonly reader: RelationReader;
  /** Both are asked once: Juju grants a leader 30 seconds, and config does not change while a hook runs. */
  isLeader(): Promise<boolean>;
  config(): Promise<Readonly<Record<string, unknown>>>;
}

function createHookPorts(
  {endpoints}: {readonly endpoints: readonly Endpoint<unknown>[]},
  {context, tools, host}: {context: HookContext; tools: HookTools; host: Host},
): HookPorts {
  const isLeader = once(() => tools.isLeader());
  const config = once(() => tools.configGet());
  const reader = createRelationReader({tools, context, endpoints, isLeader});
  return {context, tools, host, reader, isLeader, config, ledger: createLedgerStore(host.files, context.unit)};
}

/** A decision, or the reasons why none can be made. */
type Decided<Decision> = {readonly desired: Decision} | {readonly statuses: readonly Status[]};

async function runHook<Config, Facts, Decision extends Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
  ports: HookPorts,
): Promise<void> {
  if (ports.context.event.kind === 'unit' && ports.context.event.name === 'remove') {
    await ports.ledger.remove();
    return;
  }
  const networks = once(() => readNetworks(ports.tools, definition.networks ?? []));
  const work: Interpretation<Decided<Decision>> = {
    decide: () => decide(definition, ports, networks),
    facets: createFacets(definition, ports).map(whenDecided),
    log: (summary) => ports.tools.jujuLog('INFO', summary),
  };
  const {decision, isSettled} = await interpret(work);
  if (!isSettled) {
    await ports.tools.jujuLog('WARNING', 'there is still something to do; the next hook goes on');
  }
  await setStatus(ports.tools, collectStatus('desired' in decision ? decision.desired.statuses : decision.statuses));
}

async function decide<Config, Facts, Decision extends Desired>(
  definition: CharmDefinition<Config, Facts, Decision>,
  ports: HookPorts,
  networks: () => Promise<Readonly<Record<string, Network>>>,
): Promise<Decided<Decision>> {
  const config = definition.config(await ports.config());
  if (!config.ok) {
    return {statuses: config.problems.map(({key, message}) => blocked(`option ${key} ${message}`))};
  }
  const [isLeader, relations, host, facts, known] = await Promise.all([
    ports.isLeader(),
    ports.reader.read(),
    ports.host.facts(),
    definition.readFacts(ports),
    networks(),
  ]);
  const {context} = ports;
  const view = {
    context,
    isLeader,
    isLeaving: isLeaving(context),
    config: config.value,
    relations,
    networks: known,
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
    createFilesFacet(host.files, ledger),
    createServicesFacet(host.processes, ledger),
    ...(definition.facets?.(ports) ?? []),
    createRelationDataFacet(ports),
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
  const networks = await Promise.all(
    bindings.map(async (binding): Promise<[string, Network]> => [binding, await tools.networkGet(binding)]),
  );
  return Object.fromEntries(networks);
}

/** Set last and only when it differs: its time in `juju status` is then the time it changed. */
async function setStatus(tools: HookTools, status: Status): Promise<void> {
  const have = await tools.statusGet();
  if (have.status !== status.status || have.message !== status.message) {
    await tools.statusSet(status);
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () => (reading ??= read());
}
