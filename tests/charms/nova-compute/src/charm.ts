import {
  active,
  blocked,
  defineCharm,
  parseWith,
  renderOsloConfig,
  requireMounts,
  type OsloConfig,
  type Status,
  type StorageInstance,
  type View,
  type WantedFile,
  type WantedFolder,
  type WantedRelationData,
} from '#charm';
import {
  assess,
  formatHost,
  getAmqpRequest,
  getTransportUrl,
  hostField,
  portField,
  protocolField,
  requireAmqp,
  sayOnAll,
  textField,
  type MessageBroker,
  type Reading,
} from '#openstack';
import * as z from 'zod/mini';

import {checkAddresses, getAddress} from '../../shared/address.ts';
import {askForCeph, CEPH_CONFIG_FILE, renderCephFiles, type CephMonitor} from '../../shared/ceph-client.ts';
import {configFlagsField} from '../../shared/config-flags.ts';
import {checkCredentials} from '../../shared/credentials.ts';
import {ANSWER_ONLY, isDebian, onlyAnswers, runsForReal, type Workload} from '../../shared/distribution.ts';
import {defineAsking, getValue} from '../../shared/requirer.ts';
import {
  createSetUpFacet,
  decideServer,
  getServerStatuses,
  NO_SERVER,
  readServerFacts,
  type ServerDecision,
  type ServerFacts,
  type ServerWish,
} from '../../shared/server.ts';
import {urlField} from '../../shared/text.ts';

const BROKER = {username: 'nova', vhost: 'openstack'};
const amqp = requireAmqp(BROKER);
const image = defineAsking('image-service', parseWith(z.object({'glance-api-server': urlField})));
const ceph = askForCeph();

/** What the cloud controller says: its own credentials, with which a compute calls the other services. */
const Controller = z.object({
  region: textField,
  auth_host: hostField,
  auth_port: portField,
  auth_protocol: protocolField,
  service_tenant_name: textField,
  service_username: textField,
  service_password: textField,
  admin_domain_name: textField,
  quantum_url: urlField,
});
type Controller = z.infer<typeof Controller>;
const compute = defineAsking('cloud-compute', parseWith(Controller));

const Config = z.object({
  'default-availability-zone': textField,
  'libvirt-image-backend': z.nullish(z.enum(['', 'qcow2', 'raw', 'rbd'])),
  'rbd-pool': textField,
  'virt-type': z.enum(['kvm', 'qemu']),
  'config-flags': configFlagsField,
  [ANSWER_ONLY]: z.nullish(z.boolean()),
});
type ComputeView = View<z.infer<typeof Config>, ServerFacts>;

const CONFIG_FILE = '/etc/nova/nova.conf';

const LIBVIRT_PACKAGE = 'libvirt-daemon-system';
const PACKAGES = ['nova-compute-kvm', 'nova-compute', LIBVIRT_PACKAGE, 'ceph-common'];
const DEBIAN: Workload = {
  packages: ['nova-compute-kvm', 'nova-compute', 'libvirt-daemon-system'],
  services: ['nova-compute'],
};
const BINDINGS = ['internal', 'cloud-compute', 'amqp'];
const INSTANCES = 'instances';

/**
 * A hypervisor. Nova knows it by the machine's own name, which is also the name of its Pacemaker remote node and of its
 * host in Masakari.
 */
export const charm = defineCharm<ComputeView['config'], ServerFacts, ServerDecision>({
  config: parseWith(Config),
  endpoints: [compute.endpoint, amqp.endpoint, image.endpoint, ceph.endpoint],
  networks: BINDINGS,
  storage: [INSTANCES],
  readFacts: async (ports) =>
    isDebian((await ports.host.facts()).os.id) ? readServerFacts(ports, DEBIAN.services) : NO_SERVER,
  desire: (view: ComputeView) => {
    const readings = {
      amqp: amqp.read(view),
      image: image.read(view),
      compute: compute.read(view),
      ceph: ceph.read(view),
    };
    const files = renderFiles(readings, view);
    const wish = files === null ? null : getWish(readings, files, view);
    const isReal = runsForReal(view);
    const server = isReal ? decideServer(DEBIAN, view.facts, wish) : getOther(files, view);
    return {
      ...server,
      // Nova's account comes with its packages.
      ...(server.packages === undefined || onlyAnswers(view) ? {} : {folders: getFolders(view)}),
      relationData: view.isLeaving ? [] : getRequests(view),
      statuses: [
        ...checkAddresses(view, BINDINGS),
        ...getStatuses(readings, view),
        ...(isReal && wish !== null ? getServerStatuses(DEBIAN, view.facts, wish) : []),
      ],
    };
  },
  facets: (ports) => [createSetUpFacet(ports)],
});

/** Before Nova starts, its password for the broker is tried. That for Keystone is the controller's, which has tried it itself. */
function getWish({amqp: reading}: Readings, files: readonly WantedFile[], view: ComputeView): ServerWish {
  const credentials = {
    broker: getValue(reading),
    brokerRelation: reading.state === 'complete' ? reading.relationId : '',
    keystone: null,
    keystoneRelation: '',
  };
  const setUp = {dependsOn: [], commands: [checkCredentials('nova', credentials, view)]};
  return {files, setUp, canSetUp: !view.isLeaving, needs: [LIBVIRT]};
}

function getInstances({storage}: ComputeView): readonly StorageInstance[] {
  return storage[INSTANCES] ?? [];
}

/** What is in there belongs to whoever runs guests now, on whatever compute. */
function getFolders(view: ComputeView): readonly WantedFolder[] {
  return getInstances(view).map(({location}) => ({path: location, owner: 'nova', group: 'nova'}));
}

interface Readings {
  readonly amqp: Reading<MessageBroker>;
  readonly image: Reading<readonly {readonly 'glance-api-server': string}[]>;
  readonly compute: Reading<readonly Controller[]>;
  readonly ceph: Reading<readonly CephMonitor[]>;
}

function getStatuses(readings: Readings, {config}: ComputeView): readonly Status[] {
  const required = {
    amqp: readings.amqp,
    'image-service': readings.image,
    'cloud-compute': readings.compute,
    ...(readings.ceph.state === 'missing' ? {} : {ceph: readings.ceph}),
  };
  const needsCeph = config['libvirt-image-backend'] === 'rbd' && readings.ceph.state === 'missing';
  return [
    ...(needsCeph ? [blocked('option libvirt-image-backend needs a relation on ceph')] : []),
    assess({required}) ?? active('Unit is ready'),
  ];
}

/** Null while something is missing: what is configured then stays and runs on, and its guests with it. */
function renderFiles(readings: Readings, view: ComputeView): readonly WantedFile[] | null {
  const [broker, images, controllers] = [getValue(readings.amqp), getValue(readings.image), getValue(readings.compute)];
  const [controller] = controllers ?? [];
  const address = getAddress(view, 'internal');
  if (broker === null || images === null || controller === undefined || address === null) {
    return null;
  }
  const servers = images.map((unit) => unit['glance-api-server']).join(',');
  const given = {broker, servers, controller, address};
  // Nova takes guests whose disks it does not see for lost ones.
  const mounts = requireMounts('nova-compute', getInstances(view));
  if (runsForReal(view)) {
    return [...renderRealFiles(given, view), ...mounts];
  }
  const content = renderConfig(given, view, getLibvirtOptions(view));
  return [
    {path: CONFIG_FILE, content, group: 'nova', mode: 0o640},
    ...renderCephFiles(readings.ceph, view.context.application, 'nova'),
    ...mounts,
  ];
}

interface Given {
  readonly broker: MessageBroker;
  readonly servers: string;
  readonly controller: Controller;
  readonly address: string;
}

const REAL_CONFIG_FILE = '/etc/nova/nova-compute.conf';
const QEMU_FILE = {path: '/etc/libvirt/qemu.conf', content: 'cgroup_controllers = [ ]\n', mode: 0o600};
/** Nova holds a connection to it, so that it does not end for having nothing to do. */
const LIBVIRT = {name: 'libvirtd', isRunning: true, restartWhen: [QEMU_FILE.content]};

/**
 * Nova reads the second file after the first, and Debian's package puts settings of its own there. Ceph's stand-ins run nothing on Debian, so
 * disks are files below /var/lib/nova/instances, which computes share. In a container without a tree of control groups of its own
 * libvirt fails to make one for a guest, unless it is to use no controllers.
 */
function renderRealFiles(given: Given, view: ComputeView): readonly WantedFile[] {
  const owned = {group: 'nova', mode: 0o640};
  const libvirt = {virt_type: view.config['virt-type'], cpu_mode: 'none', images_type: 'raw'};
  const content = renderConfig(given, view, libvirt, {
    vnc: {enabled: false},
    spice: {enabled: false},
  });
  return [
    {path: CONFIG_FILE, content, ...owned},
    {path: REAL_CONFIG_FILE, content: renderOsloConfig({libvirt}), ...owned},
    QEMU_FILE,
  ];
}

function renderConfig(
  {broker, servers, controller, address}: Given,
  view: ComputeView,
  libvirt: OsloConfig[string],
  more: OsloConfig = {},
): string {
  const auth = {
    auth_url: `${controller.auth_protocol}://${formatHost(controller.auth_host)}:${controller.auth_port}`,
    auth_type: 'password',
    project_domain_name: controller.admin_domain_name,
    user_domain_name: controller.admin_domain_name,
    project_name: controller.service_tenant_name,
    username: controller.service_username,
    password: controller.service_password,
    region_name: controller.region,
  };
  return renderOsloConfig({
    DEFAULT: {
      // Else it is the folder of Nova's code.
      state_path: '/var/lib/nova',
      host: view.host.hostname,
      my_ip: address,
      compute_driver: 'libvirt.LibvirtDriver',
      transport_url: getTransportUrl(broker),
      default_availability_zone: view.config['default-availability-zone'],
      // A guest that was evacuated must not be started again by the host it came from.
      resume_guests_state_on_host_boot: false,
      ...view.config['config-flags'],
    },
    glance: {api_servers: servers},
    libvirt,
    neutron: {...auth, endpoint_override: controller.quantum_url},
    oslo_concurrency: {lock_path: '/var/lock/nova'},
    placement: auth,
    ...more,
  });
}

function getLibvirtOptions({config, context}: ComputeView): OsloConfig[string] {
  const backend = config['libvirt-image-backend'] ?? '';
  const common = {virt_type: config['virt-type']};
  if (backend !== 'rbd') {
    return backend === '' ? common : {...common, images_type: backend};
  }
  return {
    ...common,
    images_type: 'rbd',
    images_rbd_pool: config['rbd-pool'],
    images_rbd_ceph_conf: CEPH_CONFIG_FILE,
    rbd_user: context.application,
  };
}

/** Where Nova does not run for real. Guests are watched through libvirt also where there are none. */
function getOther(files: readonly WantedFile[] | null, view: ComputeView): Partial<ServerDecision> {
  return onlyAnswers(view) ? {packages: [LIBVIRT_PACKAGE]} : {packages: PACKAGES, ...getWorkload(files)};
}

function getWorkload(files: readonly WantedFile[] | null): {
  files?: readonly WantedFile[];
  services?: readonly {name: string; isRunning: true; restartWhen?: string[]}[];
} {
  return files === null
    ? {}
    : {
        files,
        // libvirtd is started by its socket and ends when it has nothing to do.
        services: [{name: 'nova-compute', isRunning: true, restartWhen: files.map(({content}) => content)}],
      };
}

function getRequests(view: ComputeView): readonly WantedRelationData[] {
  const client = getAddress(view, 'amqp');
  return [
    ...(client === null ? [] : sayOnAll(view, 'amqp', getAmqpRequest(BROKER, client))),
    ...sayOnAll(view, 'cloud-compute', {
      hostname: view.host.hostname,
      availability_zone: view.config['default-availability-zone'],
    }),
  ];
}
