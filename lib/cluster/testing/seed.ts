/** The members of the seed's cluster. */
export const seedMembers = ['juju-f0373f-1-lxd-2', 'juju-f0373f-2-lxd-1', 'juju-f0373f-3-lxd-3'] as const;

/** The computes of the seed with their addresses. */
export const seedRemotes = [
  ['frank-colt', '10.0.0.160'],
  ['model-crow', '10.0.0.162'],
  ['tidy-goose', '10.0.0.161'],
] as const;

const vips = [
  ['29a0f9d', '10.70.0.236'],
  ['321f78b', '10.0.0.236'],
  ['578b519', '10.80.0.236'],
] as const;

const topLevel = [
  'grp_masakari_vips',
  'cl_res_masakari_haproxy',
  'st-maas-5937691',
  ...seedRemotes.map(([name]) => name),
];

/** The seed's cluster in crm syntax, without its nodes. */
export const seedConfiguration = [
  ...seedRemotes.map(
    ([name, address]) =>
      `primitive ${name} ocf:pacemaker:remote params server=${address} reconnect_interval=60 op monitor interval=30s`,
  ),
  ...vips.map(([hash, ip]) => `primitive res_masakari_${hash}_vip ocf:heartbeat:IPaddr2 params ip=${ip}`),
  'primitive res_masakari_haproxy lsb:haproxy op monitor interval=5s',
  'primitive st-maas-5937691 stonith:external/maas params url="http://10.0.0.205/MAAS" ' +
    'hostnames="frank-colt model-crow tidy-goose" op monitor interval=25 start-delay=25 timeout=25',
  `group grp_masakari_vips ${vips.map(([hash]) => `res_masakari_${hash}_vip`).join(' ')}`,
  'clone cl_res_masakari_haproxy res_masakari_haproxy meta clone-max=3',
  ...topLevel.flatMap((id) => seedMembers.map((node) => `location loc-${id}-${node} ${id} 0: ${node}`)),
  'property cib-bootstrap-options: symmetric-cluster=false stonith-enabled=true no-quorum-policy=stop',
  'rsc_defaults rsc-options: resource-stickiness=100',
].join('\n');
