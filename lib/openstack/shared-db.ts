import {defineEndpoint, type Databag, type TypedRelation, type WantedFile} from '#charm';
import * as z from 'zod/mini';

import {
  decodePem,
  encodePart,
  formatHost,
  hostField,
  isYes,
  parseBag,
  pemField,
  portField,
  textField,
} from './fields.ts';
import {createRequirer, type GoodUnit, type InterfaceView, type Requirer} from './requirer.ts';

/** A database and how it is reached. */
export interface Database {
  readonly host: string;
  readonly port?: string;
  readonly name: string;
  readonly username: string;
  readonly password: string;
  /** PEM texts; the client's own certificate and key come together or not at all. */
  readonly tls?: {readonly ca: string; readonly client?: {readonly certificate: string; readonly key: string}};
}

/** The database and the user that are asked for. */
export interface SharedDbOptions {
  readonly database: string;
  readonly username: string;
}

const Shape = z.object({
  db_host: z.optional(hostField),
  db_port: z.optional(portField),
  password: z.optional(textField),
  allowed_units: z.optional(z.string()),
  ssl_ca: z.optional(pemField),
  ssl_cert: z.optional(pemField),
  ssl_key: z.optional(pemField),
  'cluster-series-upgrading': z.optional(z.string()),
});
type SharedDbUnit = z.infer<typeof Shape>;

/** Requires `shared-db` (interface mysql-shared). Complete when a database unit allows this unit in. */
export function requireSharedDb(options: SharedDbOptions): Requirer<Database> {
  const optional = ['db_port', 'ssl_ca', 'ssl_cert', 'ssl_key'];
  return createRequirer({
    endpoint: defineEndpoint({name: 'shared-db', unit: parseBag(Shape, optional)}),
    getValue: (_relation: TypedRelation<SharedDbUnit>, units, view) => getDatabase(units, view, options),
  });
}

function getDatabase(
  units: readonly GoodUnit<SharedDbUnit>[],
  {context}: InterfaceView,
  {database, username}: SharedDbOptions,
): Database | null {
  const allowed = units.find(
    ({data}) =>
      (data.allowed_units ?? '').split(/\s+/).includes(context.unit) && !isYes(data['cluster-series-upgrading']),
  )?.data;
  if (allowed?.db_host === undefined || allowed.password === undefined) {
    return null;
  }
  return {
    host: allowed.db_host,
    ...(allowed.db_port === undefined ? {} : {port: allowed.db_port}),
    name: database,
    username,
    password: allowed.password,
    ...getTls(allowed),
  };
}

function getTls({ssl_ca, ssl_cert, ssl_key}: SharedDbUnit): Pick<Database, 'tls'> {
  if (ssl_ca === undefined) {
    return {};
  }
  const hasClient = ssl_cert !== undefined && ssl_key !== undefined;
  const client = hasClient ? {client: {certificate: decodePem(ssl_cert), key: decodePem(ssl_key)}} : {};
  return {tls: {ca: decodePem(ssl_ca), ...client}};
}

/** What a unit asks of the database; `hostname` is where it connects from. */
export function getSharedDbRequest({database, username}: SharedDbOptions, hostname: string): Databag {
  return {database, username, hostname};
}

const TLS_FOLDER = '/usr/local/share/ca-certificates';

/** The SQLAlchemy URL of a database, for PyMySQL, with user and password percent-encoded. */
export function getDatabaseUri({host, port, name, username, password, tls}: Database): string {
  const at = `${formatHost(host)}${port === undefined ? '' : `:${port}`}`;
  const client =
    tls?.client === undefined ? '' : `&ssl_cert=${TLS_FOLDER}/db-client.cert&ssl_key=${TLS_FOLDER}/db-client.key`;
  const query = tls === undefined ? '' : `?ssl_ca=${TLS_FOLDER}/db-client.ca${client}`;
  return `mysql+pymysql://${encodePart(username)}:${encodePart(password)}@${at}/${encodePart(name)}${query}`;
}

/** The files that the URL names; none for a database without TLS. */
export function getDatabaseFiles({tls}: Database, group: string): readonly WantedFile[] {
  if (tls === undefined) {
    return [];
  }
  const file = (name: string, content: string): WantedFile => ({
    path: `${TLS_FOLDER}/db-client.${name}`,
    content,
    group,
    mode: 0o640,
  });
  const client = tls.client === undefined ? [] : [file('cert', tls.client.certificate), file('key', tls.client.key)];
  return [file('ca', tls.ca), ...client];
}

/** Every path that `getDatabaseFiles` may give. */
export const DATABASE_FILE_PATHS: readonly string[] = ['ca', 'cert', 'key'].map(
  (name) => `${TLS_FOLDER}/db-client.${name}`,
);
