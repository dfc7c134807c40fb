import * as z from 'zod/mini';

import {parseWith} from '#charm';

/** An empty text means what an unset option means. */
const text = z._default(
  z.pipe(
    z.nullable(z.string()),
    z.transform((value: string | null) => (value === '' ? null : value)),
  ),
  null,
);

const Options = z.object({
  cluster_count: z.number().check(z.minimum(1, 'must be 1 or more')),
  corosync_transport: z.enum(['unicast', 'udpu', 'knet', 'multicast', 'udp']),
  corosync_key: text,
  pacemaker_key: text,
  corosync_bindiface: text,
  corosync_mcastaddr: z.string(),
  corosync_mcastport: z._default(z.nullable(z.number()), null),
  netmtu: z._default(z.nullable(z.number()), null),
  debug: z.boolean(),
  service_start_timeout: z.number(),
  service_stop_timeout: z.number(),
  'maintenance-mode': z.boolean(),
  no_quorum_policy: z.pipe(
    z.pipe(
      z.string(),
      z.transform((policy: string) => policy.toLowerCase()),
    ),
    z.enum(['ignore', 'freeze', 'stop', 'suicide']),
  ),
  failure_timeout: z.number().check(z.minimum(0, 'must be 0 or more')),
  cluster_recheck_interval: z.number().check(z.minimum(0, 'must be 0 or more')),
  stonith_action: z.enum(['off', 'reboot']),
  stonith_enabled: z
    .string()
    .check(
      z.refine(
        (value) => value.toLowerCase() !== 'true',
        'is no longer used; set enable-stonith on the pacemaker-remote application',
      ),
    ),
  'remote-monitor-interval': z.number().check(z.minimum(1, 'must be 1 or more')),
  'remote-monitor-timeout': z._default(z.nullable(z.number().check(z.minimum(5, 'must be 5 or more'))), null),
  'fencing-share': z.number().check(z.minimum(0, 'must be 0 to 100'), z.maximum(100, 'must be 0 to 100')),
  'fencing-window': z.number().check(z.minimum(60, 'must be 60 or more')),
  maas_url: text,
  maas_credentials: text,
});

/** hacluster's options; an unset one is null. */
export type Options = z.infer<typeof Options>;

export const parseOptions = parseWith(Options);
