import type {Databag} from '#charm';
import type {RelationState} from '#charm/testing';

import {relate} from './harness.ts';

/** What the services that every API needs have answered: for the tests of those APIs. */
export function createAnswers(
  charm: string,
  user: string,
): {
  readonly database: RelationState;
  readonly keystone: RelationState;
  readonly broker: RelationState;
} {
  const database = {db_host: '10.80.0.30', password: 'db-secret', allowed_units: `${charm}/0`};
  return {
    database: relate('shared-db', 1, 'mysql', [database]),
    keystone: relate('identity-service', 2, 'keystone', [{...KEYSTONE, service_username: user}]),
    broker: relate('amqp', 3, 'rabbitmq-server', [{password: 'amqp-secret', 'private-address': '10.80.0.31'}]),
  };
}

const KEYSTONE: Databag = {
  service_host: '10.0.0.32',
  service_port: '5000',
  service_protocol: 'http',
  auth_host: '10.70.0.32',
  auth_port: '35357',
  auth_protocol: 'http',
  service_password: 'ks-secret',
  service_tenant: 'services',
  service_tenant_id: '0123456789abcdef0123456789abcdef',
  service_domain: 'service_domain',
};

/** One monitor's answer to a client of Ceph. */
export const CEPH_ANSWER: Databag = {auth: 'cephx', key: 'ceph-secret==', 'ceph-public-address': '10.80.0.41'};
