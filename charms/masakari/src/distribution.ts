/** What differs between the distributions that Masakari is installed on: all of it, here. */
export interface Distribution {
  readonly packages: readonly string[];
  /** The service that runs the API. */
  readonly apiService: string;
  /** The files by which it is run, by path, each with the template it is made from. */
  readonly apiFiles: readonly {readonly path: string; readonly template: 'apache' | 'uwsgi' | 'uwsgi-arguments'}[];
  /** Whether `[taskflow] connection` may be set. Debian 12's python3-taskflow lacks the migrations its store needs. */
  readonly hasTaskflowStore: boolean;
}

const COMMON: readonly string[] = [
  'haproxy',
  'masakari-api',
  'masakari-common',
  'masakari-engine',
  'memcached',
  'python3-memcache',
  'python3-pymysql',
];

/** Ubuntu runs the API under Apache. */
const UBUNTU: Distribution = {
  // Masakari's recovery workflows need python3-sqlalchemy-utils, which its package does not ask for (LP 1882900).
  packages: [...COMMON, 'apache2', 'libapache2-mod-wsgi-py3', 'python3-sqlalchemy-utils'],
  apiService: 'apache2',
  apiFiles: [{path: '/etc/apache2/sites-enabled/masakari-api.conf', template: 'apache'}],
  hasTaskflowStore: true,
};

/** Debian runs it under uWSGI; its start script takes the program's arguments from /etc/default. */
const DEBIAN: Distribution = {
  packages: COMMON,
  apiService: 'masakari-api',
  apiFiles: [
    {path: '/etc/masakari/masakari-api-uwsgi.ini', template: 'uwsgi'},
    {path: '/etc/default/masakari-api', template: 'uwsgi-arguments'},
  ],
  hasTaskflowStore: false,
};

/** The data for a machine, by the `ID` of its os-release; one that is unknown is taken for Ubuntu. */
export function getDistribution(osId: string): Distribution {
  return osId === 'debian' ? DEBIAN : UBUNTU;
}
