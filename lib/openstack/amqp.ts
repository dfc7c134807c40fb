import {defineEndpoint, type Databag, type TypedRelation} from '#charm';
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
import {createRequirer, type GoodUnit, type Requirer} from './requirer.ts';

/** A message broker and how it is reached. */
export interface MessageBroker {
  readonly username: string;
  readonly vhost: string;
  /** Sorted by unit; never empty. */
  readonly hosts: readonly {readonly host: string; readonly port: string; readonly password: string}[];
  readonly hasMirroredQueues: boolean;
  readonly usesTls: boolean;
  /** PEM text. */
  readonly tlsCa?: string;
}

/** The user and the virtual host that are asked for. */
export interface AmqpOptions {
  readonly username: string;
  readonly vhost: string;
}

const Shape = z.object({
  password: z.optional(textField),
  'private-address': z.optional(hostField),
  ssl_port: z.optional(portField),
  ssl_ca: z.optional(pemField),
  ha_queues: z.optional(z.string()),
  'ha-vip-only': z.optional(z.string()),
  clustered: z.optional(z.string()),
  vip: z.optional(hostField),
});
type AmqpUnit = z.infer<typeof Shape>;
type Host = MessageBroker['hosts'][number];

/** Requires `amqp` (interface rabbitmq). Complete when at least one broker unit gave a password. */
export function requireAmqp(options: AmqpOptions): Requirer<MessageBroker> {
  return createRequirer({
    endpoint: defineEndpoint({name: 'amqp', unit: parseBag(Shape, ['ssl_port', 'ssl_ca', 'vip'])}),
    getValue: (_relation: TypedRelation<AmqpUnit>, units) => getBroker(units, options),
  });
}

function getBroker(units: readonly GoodUnit<AmqpUnit>[], {username, vhost}: AmqpOptions): MessageBroker | null {
  const sorted = [...units].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hosts = sorted.flatMap(({data}) => getHost(data));
  const first = sorted.find(({data}) => data.password !== undefined)?.data;
  if (first === undefined || hosts.length === 0) {
    return null;
  }
  const vipOnly = getVipOnly(sorted, hosts[0]);
  return {
    username,
    vhost,
    hosts: vipOnly === null ? hosts : [vipOnly],
    hasMirroredQueues: sorted.some(({data}) => isYes(data.ha_queues)),
    usesTls: sorted.some(({data}) => data.ssl_port !== undefined),
    ...(first.ssl_ca === undefined ? {} : {tlsCa: decodePem(first.ssl_ca)}),
  };
}

function getHost(data: AmqpUnit): readonly Host[] {
  const {password, ssl_port: port = '5672'} = data;
  const host = data['private-address'];
  return password === undefined || host === undefined ? [] : [{host, port, password}];
}

/** A clustered broker that says so is reached by its VIP alone. */
function getVipOnly(units: readonly GoodUnit<AmqpUnit>[], first: Host | undefined): Host | null {
  const unit = units.find(({data}) => isYes(data.clustered) && isYes(data['ha-vip-only']))?.data;
  return unit?.vip === undefined || first === undefined ? null : {...first, host: unit.vip};
}

/** What a unit asks of the broker; `address` is where it connects from. */
export function getAmqpRequest({username, vhost}: AmqpOptions, address: string): Databag {
  return {username, vhost, 'private-address': address};
}

/** `transport_url` for oslo.messaging, user and password percent-encoded. */
export function getTransportUrl({username, vhost, hosts}: MessageBroker): string {
  const parts = hosts.map(
    ({host, port, password}) => `${encodePart(username)}:${encodePart(password)}@${formatHost(host)}:${port}`,
  );
  return `rabbit://${parts.join(',')}/${encodePart(vhost)}`;
}
