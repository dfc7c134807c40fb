import {parseWith} from '#charm';
import {isCidr, isHost, isOneLine, parseOrigin, type ApiPlace} from '#openstack';
import * as z from 'zod/mini';

/** What `juju config` gives: an option that is unset, or set to nothing, is null. */
const text = z.pipe(
  z.nullish(z.string().check(z.refine(isOneLine, 'must be one line without control characters'))),
  z.transform((value) => (value === undefined || value === null || value.trim() === '' ? null : value.trim())),
);
const network = text.check(
  z.refine((value) => value === null || isCidr(value), 'must be a network such as 10.0.0.0/24'),
);
/** Certificates and keys span lines; they are looked at for being there, no more. */
const present = z.pipe(
  z.nullish(z.string()),
  z.transform((value) => value !== undefined && value !== null && value !== ''),
);
const count = z.pipe(
  z.nullish(z.number().check(z.refine((value) => value >= 0, 'must not be negative'))),
  z.transform((value) => value ?? null),
);
const timeout = z.pipe(
  z.nullish(z.number().check(z.refine((value) => value > 0, 'must be more than 0'))),
  z.transform((value) => value ?? null),
);
const region = z
  .string()
  .check(z.refine((value) => isOneLine(value) && value.trim() !== '', 'must be the name of a region'));

/** A host name in which `{service_name}` stands for the application's name. */
const hostname = text.check(
  z.refine((value) => value === null || isHost(value.replaceAll('{service_name}', 'x')), 'must be a host name'),
);

const origin = text.check(
  z.refine(
    (value) => parseOrigin(value ?? '') !== null,
    'must be distro, cloud:<series>-<release>[/proposed] with a known release, ppa:<owner>/<name> or a "deb" line',
  ),
);

const Shape = z.object({
  'openstack-origin': origin,
  'evacuation-delay': z.number().check(z.refine((value) => value >= 0, 'must not be negative')),
  'evacuate-all-instances': z.boolean(),
  'notify-after-fencing': z.boolean(),
  'notification-expiration': count,
  'check-expired-interval': count,
  region,
  debug: z.boolean(),
  'use-syslog': z.boolean(),
  'use-internal-endpoints': z.boolean(),
  'worker-multiplier': count,
  vip: text,
  vip_iface: z.string().check(z.refine((value) => /^[\w.:@-]{1,15}$/.test(value), 'must be the name of an interface')),
  'dns-ha': z.boolean(),
  'os-public-network': network,
  'os-internal-network': network,
  'os-admin-network': network,
  'os-public-hostname': hostname,
  'os-internal-hostname': hostname,
  'os-admin-hostname': hostname,
  'haproxy-server-timeout': timeout,
  'haproxy-client-timeout': timeout,
  'haproxy-queue-timeout': timeout,
  'haproxy-connect-timeout': timeout,
  ssl_cert: present,
  ssl_key: present,
});

/** The charm's options as it uses them. */
export type Options = z.infer<typeof Shape>;

export const parseOptions = parseWith(Shape);

/** The `os-*-network` options that are set. */
export function getCidrOptions(options: Options): ApiPlace['cidrs'] {
  return withoutNull({
    public: options['os-public-network'],
    internal: options['os-internal-network'],
    admin: options['os-admin-network'],
  });
}

/** The `os-*-hostname` options that are set, with the application's name put in. */
export function getHostnameOptions(options: Options, application: string): ApiPlace['hostnames'] {
  const expand = (value: string | null): string | null => value?.replaceAll('{service_name}', application) ?? null;
  return withoutNull({
    public: expand(options['os-public-hostname']),
    internal: expand(options['os-internal-hostname']),
    admin: expand(options['os-admin-hostname']),
  });
}

type Names = 'public' | 'internal' | 'admin';

function withoutNull(values: Readonly<Record<Names, string | null>>): Readonly<Partial<Record<Names, string>>> {
  return {
    ...(values.public === null ? {} : {public: values.public}),
    ...(values.internal === null ? {} : {internal: values.internal}),
    ...(values.admin === null ? {} : {admin: values.admin}),
  };
}
