import assert from 'node:assert/strict';

import type {CommandResult} from '#charm';

import {CEPH_ANSWER} from '../shared/fixtures.ts';
import {createBench, DEBIAN, getChanges, getOwnBag, relate} from '../shared/harness.ts';
import {charm} from './src/charm.ts';

const {createUnit, run} = createBench(charm, import.meta.url);
const broker = relate('amqp', 3, 'rabbitmq-server', [{password: 'amqp-secret', 'private-address': '10.80.0.31'}]);
const image = relate('image-service', 4, 'glance', [{'glance-api-server': 'http://10.80.0.33:9292'}]);
const CONTROLLER = {
  ...{region: 'RegionOne', auth_host: '10.70.0.32', auth_port: '35357', auth_protocol: 'http'},
  ...{service_tenant_name: 'services', service_username: 'nova', service_password: 'ks-secret'},
  ...{admin_domain_name: 'service_domain', quantum_url: 'http://10.80.0.34:9696'},
};
const controller = relate('cloud-compute', 7, 'nova-cloud-controller', [CONTROLLER]);
const ceph = relate('ceph', 8, 'ceph-mon', [CEPH_ANSWER]);
const CONFIG = '/etc/nova/nova.conf';

describe('stand-in nova-compute', () => {
  it('is known to Nova by the machine’s own name', async () => {
    const result = await run(createUnit({relations: [broker, image, controller]}));
    assert.match(result.state.host.files[CONFIG]?.content ?? '', /^host = tidy-goose$/m);
    assert.deepEqual(getOwnBag(result, 7), {hostname: 'tidy-goose', availability_zone: 'nova'});
    assert.deepEqual(getOwnBag(result, 3), {username: 'nova', vhost: 'openstack', 'private-address': '10.80.0.10'});
  });

  it('runs libvirt and nova-compute, and writes nothing on a second run', async () => {
    const result = await run(createUnit({relations: [broker, image, controller]}));
    assert.equal(result.state.host.services['nova-compute']?.isRunning, true);
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('says what it waits for', async () => {
    const result = await run(createUnit({relations: [broker, relate('image-service', 4, 'glance', [{}])]}));
    assert.deepEqual(result.state.status, {
      status: 'blocked',
      message: "'image-service' incomplete, 'cloud-compute' missing",
    });
  });

  it('keeps disks in Ceph when told, and is blocked where there is none', async () => {
    const config = {'libvirt-image-backend': 'rbd'};
    const without = await run(createUnit({config, relations: [broker, image, controller]}));
    const message = 'option libvirt-image-backend needs a relation on ceph';
    assert.deepEqual(without.state.status, {status: 'blocked', message});
    const {state} = await run(createUnit({config, relations: [broker, image, controller, ceph]}));
    assert.match(state.host.files[CONFIG]?.content ?? '', /^images_type = rbd$/m);
    assert.equal(state.host.files['/etc/ceph/ceph.client.nova-compute.keyring']?.mode, 0o600);
    assert.deepEqual(state.status, {status: 'active', message: 'Unit is ready'});
  });

  it('gives Nova the storage that it has, and does not start Nova where it is not mounted', async () => {
    const location = '/var/lib/nova/instances';
    const storage = {instances: [{id: 'instances/0', location, kind: 'filesystem'}]} as const;
    const {state} = await run(createUnit({storage, relations: [broker, image, controller]}), {
      hook: 'instances-storage-attached',
    });
    assert.deepEqual(state.host.folders, {[location]: {owner: 'nova', group: 'nova', mode: 0o755}});
    const [unit] = Object.entries(state.host.files).filter(([path]) => path.includes('nova-compute.service.d'));
    assert.match(unit?.[1].content ?? '', /^AssertPathIsMountPoint=\/var\/lib\/nova\/instances$/m);
    assert.equal(state.status.status, 'active');
    assert.deepEqual(getChanges(state, await run(state)), []);
  });

  it('keeps its guests’ configuration while the controller is away', async () => {
    const ready = await run(createUnit({relations: [broker, image, controller]}));
    const away = await run({...ready.state, relations: [broker, image]}, {hook: 'update-status'});
    assert.deepEqual(away.effects, []);
  });

  it('is blocked on hostile data and changes nothing', async () => {
    const bad = relate('cloud-compute', 7, 'nova-cloud-controller', [{...CONTROLLER, auth_host: 'x]\nhost = evil'}]);
    const ready = await run(createUnit({relations: [broker, image, controller]}));
    const result = await run({...ready.state, relations: [broker, image, bad]});
    assert.equal(result.exitCode, 0);
    assert.deepEqual(result.effects, []);
    assert.match(
      result.state.status.message,
      /^relation cloud-compute:7, unit nova-cloud-controller\/0: auth_host must/,
    );
  });

  it('runs for real where machines do: emulating when told, disks in files whatever is said of Ceph', async () => {
    const config = {'virt-type': 'qemu', 'config-flags': 'report_interval=5'};
    const commands = {runuser: () => ({exitCode: 0, stdout: '', stderr: ''})};
    const unit = createUnit({...DEBIAN, config, relations: [broker, image, controller]});
    const result = await run(unit, {hook: 'config-changed'}, commands);
    const {files, services} = result.state.host;
    for (const path of [CONFIG, '/etc/nova/nova-compute.conf']) {
      assert.match(files[path]?.content ?? '', /^virt_type = qemu\ncpu_mode = none\nimages_type = raw$/m);
    }
    assert.match(files[CONFIG]?.content ?? '', /^report_interval = 5$/m);
    assert.deepEqual([services['nova-compute']?.isRunning, services['libvirtd']?.isRunning], [true, true]);
    assert.deepEqual(result.state.status, {status: 'active', message: 'Unit is ready'});
    assert.deepEqual(getChanges(result.state, await run(result.state)), []);
  });

  it('names the relation, unit and key of a password that the broker refuses', async () => {
    const runuser = (): CommandResult => ({exitCode: 1, stdout: '', stderr: 'the broker refuses\n'});
    const unit = createUnit({...DEBIAN, relations: [broker, image, controller]});
    const {state} = await run(unit, {hook: 'config-changed'}, {runuser});
    const message = 'relation amqp:3, unit rabbitmq-server/0: password is refused by the broker';
    assert.deepEqual(state.status, {status: 'blocked', message});
  });
});
