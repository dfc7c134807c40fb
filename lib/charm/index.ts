/** The hook library: everything a charm author imports. Tests import `#charm/testing` beside it. */
export type {ActionHandler, ActionInput, ActionOutcome} from './action.ts';
export {defineCharm} from './charm.ts';
export type {Charm, CharmDefinition, CharmPorts, DispatchPorts} from './charm.ts';
export {ContextError, isLeaving, parseContext} from './context.ts';
export type {HookContext, HookEvent, RelationEvent} from './context.ts';
export {DecisionError} from './desired.ts';
export type {
  Desired,
  Generated,
  Kept,
  ShippedFile,
  WantedFile,
  WantedFolder,
  WantedRelationData,
  WantedService,
} from './desired.ts';
export {getSha1} from './digest.ts';
export {dispatch, main} from './dispatch.ts';
export {readEnvironment} from './environment.ts';
export type {Facet, Step} from './facet.ts';
export {createLeftoversFacet} from './facets/leftovers.ts';
export type {LeftoversDecision} from './facets/leftovers.ts';
export {PackageError, readInstalled} from './facets/packages.ts';
export {readServices, ServiceError} from './facets/services.ts';
export type {ServiceState} from './facets/services.ts';
export {createHookTools, HookToolError} from './hook-tools/index.ts';
export type {
  BindAddress,
  Databag,
  HookTools,
  JujuLogLevel,
  Network,
  ReadStatus,
  RelationRead,
  RelationWrite,
  SecretContent,
  SecretInfo,
  SecretOptions,
} from './hook-tools/index.ts';
export {AccountError} from './host.ts';
export type {
  CommandOptions,
  CommandResult,
  Environment,
  Files,
  FileState,
  FolderState,
  Host,
  HostFacts,
  InterfaceAddress,
  Processes,
  RunHookTool,
} from './host.ts';
export {createLedgerStore} from './ledger.ts';
export type {Ledger, LedgerStore} from './ledger.ts';
export {createLinuxHost} from './linux-host.ts';
export {OsloConfigError, renderOsloConfig} from './oslo-config.ts';
export type {OsloConfig, OsloValue} from './oslo-config.ts';
export {jsonField, parseNothing, parseWith} from './parsed.ts';
export type {Parse, Parsed, Problem} from './parsed.ts';
export {isReloaded} from './facets/services.ts';
export {createHookProcesses, createHookToolRunner, createProcesses} from './process.ts';
export {readRandom} from './random.ts';
export {getShippedProgram} from './shipped-program.ts';
export type {ShippedProgramOptions} from './shipped-program.ts';
export {active, blocked, collectStatus, maintenance, waiting} from './status.ts';
export type {Status, StatusName} from './status.ts';
export {requireMounts} from './storage.ts';
export type {StorageInstance, StorageView} from './storage.ts';
export {loadTemplate, parseTemplate, TemplateError} from './template.ts';
export type {RenderTemplate} from './template.ts';
export {defineEndpoint, describeRelationProblem} from './view.ts';
export type {Endpoint, EndpointOptions, RelationView, RemoteUnit, TypedRelation, View} from './view.ts';
