import type {PackageCatalog, PackageModel} from '#charm/testing';

/** What the modelled machines can install: data only. Names are those of Ubuntu and Debian; versions those of 22.04. */

const service = (version: string, ...services: readonly string[]): PackageModel => ({version, services});

/** A daemon with an account of its own. */
const daemon = (version: string, account: string, ...services: readonly string[]): PackageModel => ({
  version,
  services,
  users: [account],
  groups: [account],
});

const plain = (version: string, ...names: readonly string[]): Record<string, PackageModel> =>
  Object.fromEntries(names.map((name) => [name, {version}]));

const file = (
  content: string,
  owner = 'root',
  group = 'root',
  mode = 0o644,
): {
  content: string;
  owner: string;
  group: string;
  mode: number;
} => ({content, owner, group, mode});

const cluster: PackageCatalog = {
  corosync: {
    version: '3.1.6-1ubuntu1',
    services: ['corosync'],
    files: {
      '/etc/corosync/corosync.conf': file(
        'totem {\n\tversion: 2\n\tcluster_name: debian\n\ttransport: knet\n\tcrypto_cipher: none\n\tcrypto_hash: none\n}\n\nlogging {\n\tto_syslog: yes\n}\n\nquorum {\n\tprovider: corosync_votequorum\n}\n\nnodelist {\n\tnode {\n\t\tname: node1\n\t\tnodeid: 1\n\t\tring0_addr: 127.0.0.1\n\t}\n}\n',
      ),
      '/etc/default/corosync': file('# start corosync at boot [yes|no]\nSTART=yes\n'),
    },
  },
  pacemaker: {
    version: '2.1.2-1ubuntu3',
    services: ['pacemaker'],
    users: ['hacluster'],
    groups: ['haclient'],
    depends: ['corosync', 'pacemaker-cli-utils', 'resource-agents-base'],
  },
  'pacemaker-remote': {
    version: '2.1.2-1ubuntu3',
    services: ['pacemaker_remote'],
    users: ['hacluster'],
    groups: ['haclient'],
    depends: ['pacemaker-cli-utils'],
  },
  pcs: daemon('0.10.11-2ubuntu3', 'hacluster', 'pcsd'),
  ...plain('2.1.2-1ubuntu3', 'pacemaker-cli-utils', 'pacemaker-resource-agents'),
  ...plain('4.3.1-1ubuntu2', 'crmsh'),
  ...plain('4.8.0-1ubuntu1', 'resource-agents', 'resource-agents-base', 'resource-agents-extra'),
  ...plain('4.7.1-1ubuntu7', 'fence-agents', 'fence-agents-base', 'fence-agents-extra'),
  ...plain('1.0.12-20', 'cluster-glue', 'libcluster-glue'),
  ...plain('1.1-11ubuntu1', 'corosync-qdevice', 'corosync-qnetd'),
};

const openstack: PackageCatalog = {
  'masakari-api': {...daemon('12.0.0-0ubuntu1', 'masakari', 'masakari-api'), depends: ['masakari-common']},
  'masakari-engine': {...daemon('12.0.0-0ubuntu1', 'masakari', 'masakari-engine'), depends: ['masakari-common']},
  'masakari-common': {...daemon('12.0.0-0ubuntu1', 'masakari'), programs: ['masakari-manage']},
  'masakari-host-monitor': daemon('12.0.0-0ubuntu1', 'masakarimonitors', 'masakari-host-monitor'),
  'masakari-instance-monitor': daemon('12.0.0-0ubuntu1', 'masakarimonitors', 'masakari-instance-monitor'),
  'masakari-process-monitor': daemon('12.0.0-0ubuntu1', 'masakarimonitors', 'masakari-process-monitor'),
  'masakari-introspective-instance-monitor': daemon(
    '12.0.0-0ubuntu1',
    'masakarimonitors',
    'masakari-introspective-instance-monitor',
  ),
  'masakari-monitors-common': daemon('12.0.0-0ubuntu1', 'masakarimonitors'),
  keystone: {...daemon('2:21.0.1-0ubuntu1', 'keystone'), depends: ['apache2']},
  'glance-api': daemon('2:24.2.1-0ubuntu1', 'glance', 'glance-api'),
  glance: {...daemon('2:24.2.1-0ubuntu1', 'glance'), depends: ['glance-api']},
  'neutron-server': daemon('2:20.5.0-0ubuntu1', 'neutron', 'neutron-server'),
  'placement-api': {...daemon('1:7.0.0-0ubuntu1', 'placement'), depends: ['apache2']},
  'nova-api': daemon('3:25.2.1-0ubuntu2', 'nova', 'nova-api'),
  'nova-api-os-compute': daemon('3:25.2.1-0ubuntu2', 'nova', 'nova-api-os-compute'),
  'nova-conductor': daemon('3:25.2.1-0ubuntu2', 'nova', 'nova-conductor'),
  'nova-scheduler': daemon('3:25.2.1-0ubuntu2', 'nova', 'nova-scheduler'),
  'nova-novncproxy': daemon('3:25.2.1-0ubuntu2', 'nova', 'nova-novncproxy'),
  'nova-common': daemon('3:25.2.1-0ubuntu2', 'nova'),
  'nova-compute': {...daemon('3:25.2.1-0ubuntu2', 'nova', 'nova-compute'), depends: ['libvirt-daemon-system']},
  'nova-compute-kvm': {...daemon('3:25.2.1-0ubuntu2', 'nova'), depends: ['nova-compute']},
  'libvirt-daemon-system': {
    version: '8.0.0-1ubuntu7',
    services: ['libvirtd'],
    users: ['libvirt-qemu'],
    groups: ['libvirt', 'kvm'],
  },
  ...plain('8.0.0-1ubuntu7', 'libvirt-clients', 'libvirt-daemon'),
  ...plain('1:6.2+dfsg-2ubuntu6', 'qemu-kvm', 'qemu-system-x86'),
};

const services: PackageCatalog = {
  haproxy: {
    ...daemon('2.4.22-0ubuntu0.22.04.2', 'haproxy', 'haproxy'),
    files: {
      '/etc/haproxy/haproxy.cfg': file('global\n\tlog /dev/log\tlocal0\n\tuser haproxy\n\tgroup haproxy\n\tdaemon\n'),
      '/etc/default/haproxy': file('# Defaults file for HAProxy\n'),
    },
  },
  apache2: {
    version: '2.4.52-1ubuntu4.7',
    services: ['apache2'],
    users: ['www-data'],
    groups: ['www-data'],
    files: {'/etc/apache2/ports.conf': file('Listen 80\n\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n')},
  },
  ...plain('4.9.0-1ubuntu1', 'libapache2-mod-wsgi-py3'),
  uwsgi: service('2.0.20-4', 'uwsgi'),
  ...plain('2.0.20-4', 'uwsgi-plugin-python3'),
  memcached: daemon('1.6.14-1ubuntu0.1', 'memcache', 'memcached'),
  'mysql-server': {...daemon('8.0.36-0ubuntu0.22.04.1', 'mysql', 'mysql'), programs: ['mysql']},
  'mysql-server-8.0': {...daemon('8.0.36-0ubuntu0.22.04.1', 'mysql', 'mysql'), programs: ['mysql']},
  'mysql-router': daemon('8.0.36-0ubuntu0.22.04.1', 'mysqlrouter', 'mysqlrouter'),
  'mysql-shell': {version: '8.0.36-0ubuntu0.22.04.1'},
  'mysql-client': {version: '8.0.36-0ubuntu0.22.04.1'},
  'mariadb-server': {...daemon('1:10.6.16-0ubuntu0.22.04.1', 'mysql', 'mariadb'), programs: ['mysql']},
  'rabbitmq-server': daemon('3.9.13-1ubuntu0.22.04.2', 'rabbitmq', 'rabbitmq-server'),
  etcd: daemon('3.3.25+dfsg-7', 'etcd', 'etcd'),
  chrony: daemon('4.2-2ubuntu2', '_chrony', 'chrony'),
  socat: {version: '1.7.4.1-3ubuntu4'},
  ipmitool: {version: '1.8.18-11ubuntu2'},
  'iputils-arping': {version: '3:20211215-1'},
  'ca-certificates': {version: '20230311ubuntu0.22.04.1'},
  openssl: {version: '3.0.2-0ubuntu1.15'},
  'ssl-cert': {version: '1.1.2', groups: ['ssl-cert']},
  'software-properties-common': {version: '0.99.22.9'},
  'ubuntu-cloud-keyring': {version: '2021.03.26'},
  sudo: {version: '1.9.9-1ubuntu2.4'},
};

const python: PackageCatalog = plain(
  '3.10.6-1',
  'python3',
  'python3-apt',
  'python3-dbus',
  'python3-keystone',
  'python3-keystoneclient',
  'python3-libmaas',
  'python3-libvirt',
  'python3-lxml',
  'python3-masakari',
  'python3-masakari-monitors',
  'python3-masakariclient',
  'python3-memcache',
  'python3-mysqldb',
  'python3-netaddr',
  'python3-netifaces',
  'python3-nova',
  'python3-openstackclient',
  'python3-openstacksdk',
  'python3-oauthlib',
  'python3-pymysql',
  'python3-sqlalchemy-utils',
  'python3-requests',
  'python3-requests-oauthlib',
  'python3-six',
  'python3-yaml',
);

const storage: PackageCatalog = {
  'ceph-common': {version: '17.2.7-0ubuntu0.22.04.1', users: ['ceph'], groups: ['ceph']},
  ...plain('17.2.7-0ubuntu0.22.04.1', 'python3-rbd'),
  ...plain('2:20.5.0-0ubuntu1', 'neutron-plugin-ml2'),
};

/** All of them, by name. Any other is unknown to apt: `E: Unable to locate package`. */
export const PACKAGES: PackageCatalog = {...cluster, ...openstack, ...services, ...storage, ...python};
