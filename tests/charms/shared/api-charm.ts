import {
  active,
  defineCharm,
  parseWith,
  type Charm,
  type Endpoint,
  type Status,
  type View,
  type WantedFile,
  type WantedRelationData,
} from '#charm';
import {
  assess,
  getAmqpRequest,
  getIdentityServiceRequest,
  getTransportUrl,
  getWorkers,
  requireAmqp,
  requireIdentityService,
  sayOnAll,
  textField,
  type MessageBroker,
  type Reading,
  type ServiceUser,
} from '#openstack';
import * as z from 'zod/mini';

import {checkAddresses, formatBaseUrl, getAddress} from './address.ts';
import {configFlagsField} from './config-flags.ts';
import {checkCredentials, getDatabaseRefusal} from './credentials.ts';
import {ANSWER_ONLY, isDebian, onlyAnswers, runsForReal, type Workload} from './distribution.ts';
import {getValue} from './requirer.ts';
import {
  createSetUpFacet,
  decideServer,
  getServerStatuses,
  NO_SERVER,
  readServerFacts,
  type ServerDecision,
  type ServerFacts,
  type ServerWish,
  type SetUpCommand,
} from './server.ts';

/** The options that APIs have; some have not all of them. */
const Config = z.object({
  region: textField,
  'worker-multiplier': z.nullish(z.number().check(z.nonnegative('must not be negative'))),
  'config-flags': configFlagsField,
  [ANSWER_ONLY]: z.nullish(z.boolean()),
});

/** The view of an API's unit. */
export type ApiView = View<z.infer<typeof Config>, ServerFacts>;

/** What an API has been given. */
export interface Given<Database> {
  readonly region: string;
  readonly database: Database;
  readonly keystone: ServiceUser;
  /** Null for an API that uses no message broker. */
  readonly broker: MessageBroker | null;
  /** Where other services reach this one: `http://HOST:PORT`. */
  readonly internalUrl: string;
}

/** What an API is where it runs for real. */
export interface RealApi<Database> extends Workload {
  /** Files beside those of every distribution, and in place of those with the same path. */
  renderFiles(given: Given<Database>, view: ApiView): readonly WantedFile[];
  /** Whom its programs run as. */
  readonly user: string;
  /** What is done once, before its services start. */
  getSetUp(given: Given<Database>): {
    readonly dependsOn: readonly string[];
    readonly commands: readonly Omit<SetUpCommand, 'user'>[];
  };
}

/** How an API asks for its databases and reads the answer. */
export interface DatabaseSide<Database> {
  readonly endpoint: Endpoint<unknown>;
  read(view: ApiView): Reading<Database>;
  getRequest(hostname: string): Readonly<Record<string, string>>;
}

/** What tells one OpenStack API from another. */
export interface ApiOptions<Database> {
  /** As Keystone's catalogue names it. */
  readonly service: string;
  readonly port: number;
  /** What follows the port in the catalogue's URLs. */
  readonly path?: string;
  /** Before each key of the request to Keystone. */
  readonly keystonePrefix?: string;
  readonly database: DatabaseSide<Database>;
  /** The user and virtual host at the message broker, for an API that uses one. */
  readonly amqp?: {readonly username: string; readonly vhost: string};
  readonly workload: Workload;
  readonly debian: RealApi<Database>;
  /** Endpoints beyond shared-db, amqp and identity-service. */
  readonly endpoints?: readonly Endpoint<unknown>[];
  /** Further interfaces that it cannot do without, by name. */
  readRequired?(view: ApiView): Readonly<Record<string, Reading<unknown>>>;
  /** Files once everything is given. */
  renderFiles(given: Given<Database>, view: ApiView): readonly WantedFile[];
  /** What it tells others; `given` is null while something is missing. */
  tell?(view: ApiView, given: Given<Database> | null): readonly WantedRelationData[];
}

const BINDINGS = ['public', 'admin', 'internal'] as const;

/** A charm for one unit of an OpenStack API: database, message broker, Keystone; configuration, services, statuses. */
export function defineApiCharm<Database>(options: ApiOptions<Database>): Charm {
  const {database, port, endpoints = []} = options;
  const identity = requireIdentityService();
  const amqp = options.amqp === undefined ? null : requireAmqp(options.amqp);
  const clients: readonly string[] = amqp === null ? ['shared-db'] : ['shared-db', 'amqp'];
  const networks = [...BINDINGS, ...clients];
  return defineCharm<ApiView['config'], ServerFacts, ServerDecision>({
    config: parseWith(Config),
    endpoints: [database.endpoint, identity.endpoint, ...(amqp === null ? [] : [amqp.endpoint]), ...endpoints],
    networks,
    readFacts: async (ports) =>
      isDebian((await ports.host.facts()).os.id) ? readServerFacts(ports, options.debian.services) : NO_SERVER,
    desire: (view: ApiView) => {
      const readings = {
        database: database.read(view),
        identity: identity.read(view),
        amqp: amqp?.read(view) ?? null,
      };
      const more = options.readRequired?.(view) ?? {};
      const isMoreThere = Object.values(more).every(({state}) => state === 'complete');
      const given = isMoreThere ? getGiven(view, readings, port) : null;
      const wish = given === null ? null : getWish(options, view, {given, readings});
      const trouble = assess({required: {...getRequired(readings), ...more}});
      return {
        ...getWorkload(options, view, {given, wish}),
        relationData: view.isLeaving ? [] : [...getRequests(options, view), ...tellOthers(options, view, given)],
        ports: [`${port}/tcp`],
        statuses: [
          ...checkAddresses(view, networks),
          trouble ?? active('Unit is ready'),
          ...getStatuses(options, view, wish),
        ],
      };
    },
    facets: (ports) => [createSetUpFacet(ports)],
  });
}

/** What others are told: nothing of a service that was never ready to start. */
function tellOthers<Database>(
  {tell}: ApiOptions<Database>,
  view: ApiView,
  given: Given<Database> | null,
): readonly WantedRelationData[] {
  const isKnown = !runsForReal(view) || view.facts.done !== '';
  return tell?.(view, isKnown ? given : null) ?? [];
}

function getStatuses<Database>(
  {debian}: ApiOptions<Database>,
  view: ApiView,
  wish: ServerWish | null,
): readonly Status[] {
  return wish === null || !runsForReal(view) ? [] : getServerStatuses(debian, view.facts, wish);
}

/** What the unit should have, once everything is given. */
function getWish<Database>(
  {debian, renderFiles}: ApiOptions<Database>,
  view: ApiView,
  {given, readings}: {readonly given: Given<Database>; readonly readings: Readings<Database>},
): ServerWish {
  const common = renderFiles(given, view);
  const own = debian.renderFiles(given, view);
  const {dependsOn, commands} = debian.getSetUp(given);
  const credentials = {
    broker: given.broker,
    brokerRelation: getRelationId(readings.amqp),
    keystone: given.keystone,
    keystoneRelation: getRelationId(readings.identity),
  };
  const refusals = [getDatabaseRefusal(view, getRelationId(readings.database))];
  return {
    files: [...common.filter(({path}) => !own.some((file) => file.path === path)), ...own],
    setUp: {
      dependsOn,
      commands: [
        checkCredentials(debian.user, credentials, view),
        ...commands.map((command) => ({user: debian.user, refusals, ...command})),
      ],
    },
    canSetUp: view.isLeader && !view.isLeaving,
  };
}

function getRelationId(reading: Reading<unknown> | null): string {
  return reading?.state === 'complete' ? reading.relationId : '';
}

interface Readings<Database> {
  readonly database: Reading<Database>;
  readonly identity: Reading<ServiceUser>;
  readonly amqp: Reading<MessageBroker> | null;
}

function getRequired<Database>({
  database,
  identity,
  amqp,
}: Readings<Database>): Readonly<Record<string, Reading<unknown>>> {
  return {'shared-db': database, ...(amqp === null ? {} : {amqp}), 'identity-service': identity};
}

function getGiven<Database>(view: ApiView, readings: Readings<Database>, port: number): Given<Database> | null {
  const database = getValue(readings.database);
  const keystone = getValue(readings.identity);
  const broker = readings.amqp === null ? null : getValue(readings.amqp);
  const address = getAddress(view, 'internal');
  const lacksBroker = readings.amqp !== null && broker === null;
  if (database === null || keystone === null || address === null || lacksBroker) {
    return null;
  }
  return {region: view.config.region, database, keystone, broker, internalUrl: formatBaseUrl(address, port)};
}

interface Known<Database> {
  readonly given: Given<Database> | null;
  readonly wish: ServerWish | null;
}

/** While something is away, what is configured stays and runs on. */
function getWorkload<Database>(
  {workload, debian, renderFiles}: ApiOptions<Database>,
  view: ApiView,
  {given, wish}: Known<Database>,
): Pick<ServerDecision, 'packages' | 'files' | 'services' | 'setUp'> {
  if (runsForReal(view)) {
    return decideServer(debian, view.facts, wish);
  }
  if (onlyAnswers(view)) {
    return {};
  }
  const {packages, services} = workload;
  if (given === null) {
    return {packages};
  }
  const files = renderFiles(given, view);
  const restartWhen = files.map(({content}) => content);
  return {packages, files, services: services.map((name) => ({name, isRunning: true, isEnabled: true, restartWhen}))};
}

function getRequests<Database>(
  {database, amqp, service, port, path = '', keystonePrefix = ''}: ApiOptions<Database>,
  view: ApiView,
): readonly WantedRelationData[] {
  const [publicUrl, adminUrl, internalUrl] = BINDINGS.map((binding) => {
    const address = getAddress(view, binding);
    return address === null ? null : `${formatBaseUrl(address, port)}${path}`;
  });
  const databaseHost = getAddress(view, 'shared-db');
  const brokerClient = getAddress(view, 'amqp');
  return [
    ...(databaseHost === null ? [] : sayOnAll(view, 'shared-db', database.getRequest(databaseHost))),
    ...(amqp === undefined || brokerClient === null ? [] : sayOnAll(view, 'amqp', getAmqpRequest(amqp, brokerClient))),
    ...(publicUrl && adminUrl && internalUrl
      ? sayOnAll(
          view,
          'identity-service',
          addPrefix(
            keystonePrefix,
            getIdentityServiceRequest({service, region: view.config.region, publicUrl, adminUrl, internalUrl}),
          ),
        )
      : []),
  ];
}

function addPrefix(prefix: string, data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [`${prefix}${key}`, value]));
}

/** The section every OpenStack API checks its callers' tokens with. */
export function getTokenSection({
  authUrl,
  serviceUrl,
  username,
  password,
  project,
  domain,
}: ServiceUser): Record<string, string> {
  return {
    www_authenticate_uri: serviceUrl,
    auth_url: authUrl,
    auth_type: 'password',
    project_domain_name: domain,
    user_domain_name: domain,
    project_name: project,
    username,
    password,
  };
}

/** Where the message broker is, for `[DEFAULT] transport_url`; undefined without one. */
export function getTransport({broker}: Pick<Given<unknown>, 'broker'>): string | undefined {
  return broker === null ? undefined : getTransportUrl(broker);
}

/** How many processes serve an API. */
export function getApiWorkers({host, config}: ApiView): number {
  return getWorkers(host.cpus, config['worker-multiplier'] ?? null);
}
