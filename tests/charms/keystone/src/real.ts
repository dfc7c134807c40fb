import {renderOsloConfig, type WantedFile} from '#charm';
import {getDatabaseUri, getWorkers, type Database} from '#openstack';

import {formatBaseUrl} from '../../shared/address.ts';
import {renderUwsgiArguments, type Refusal, type SetUp, type SetUpCommand} from '../../shared/server.ts';
import {ADMIN_PORT, PUBLIC_PORT, type Identity} from './answers.ts';

/** Keystone where it runs for real, on Debian: in uWSGI. */
export const REAL = {packages: ['keystone', 'python3-pymysql'], services: ['keystone']};

/** What its administrator needs to know, in the form that the `openstack` command takes. */
export const ADMIN_FILE = '/root/admin-openrc';
const CONFIG_FILE = '/etc/keystone/keystone.conf';

/** What Keystone is set up from. */
export interface RealInput {
  readonly database: Database;
  readonly identity: Identity;
  readonly adminPassword: string;
}

/** Where its own charm and administrator call it. */
export function getAuthUrl({internalHost}: Identity): string {
  return `${formatBaseUrl(internalHost, PUBLIC_PORT)}/v3`;
}

/**
 * Every call of every service has its token looked at, which reads a dozen tables when nothing is remembered. In production memcached
 * remembers; a process that is alone can do so by itself, since it is told of every change.
 */
const CACHE = {enabled: 'true', backend: 'dogpile.cache.memory'};

/** Its configuration, and how it is run: on both ports that others are told. */
export function renderRealFiles(
  {database, identity, adminPassword}: RealInput,
  {cpus, multiplier}: {readonly cpus: number; readonly multiplier: number | null},
): readonly WantedFile[] {
  const processes = getWorkers(cpus, multiplier);
  const config = renderOsloConfig({
    database: {connection: getDatabaseUri(database)},
    token: {provider: 'fernet'},
    ...(processes === 1 ? {cache: CACHE} : {}),
  });
  const admin = [
    `OS_AUTH_URL=${getAuthUrl(identity)}`,
    `OS_PASSWORD=${adminPassword}`,
    `OS_REGION_NAME=${identity.region}`,
    'OS_USERNAME=admin',
    'OS_PROJECT_NAME=admin',
    'OS_USER_DOMAIN_NAME=Default',
    'OS_PROJECT_DOMAIN_NAME=Default',
    'OS_IDENTITY_API_VERSION=3',
  ];
  return [
    {path: CONFIG_FILE, content: config, group: 'keystone', mode: 0o640},
    renderUwsgiArguments('keystone', [`--http-socket :${ADMIN_PORT}`, `--processes ${processes}`]),
    {path: ADMIN_FILE, content: admin.map((line) => `export ${line}\n`).join(''), mode: 0o600},
  ];
}

const ACCOUNTS = ['--keystone-user', 'keystone', '--keystone-group', 'keystone'];
const manage = (...args: readonly string[]): SetUpCommand => ({program: 'keystone-manage', args, user: 'keystone'});

/** Tables, keys, the administrator and the first region; repeated, it changes only what differs. */
export function getRealSetUp({database, identity, adminPassword}: RealInput, refusals: readonly Refusal[]): SetUp {
  const {publicHost, internalHost, adminHost, region} = identity;
  const urls = [
    ...['--bootstrap-public-url', `${formatBaseUrl(publicHost, PUBLIC_PORT)}/v3`],
    ...['--bootstrap-internal-url', `${formatBaseUrl(internalHost, PUBLIC_PORT)}/v3`],
    ...['--bootstrap-admin-url', `${formatBaseUrl(adminHost, ADMIN_PORT)}/v3`],
  ];
  return {
    dependsOn: [getDatabaseUri(database), adminPassword],
    commands: [
      {...manage('db_sync'), refusals},
      manage('fernet_setup', ...ACCOUNTS),
      manage('credential_setup', ...ACCOUNTS),
      {
        ...manage('bootstrap', '--bootstrap-region-id', region, ...urls),
        environment: {OS_BOOTSTRAP_PASSWORD: adminPassword},
      },
    ],
  };
}
