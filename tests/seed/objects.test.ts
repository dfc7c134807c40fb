import assert from 'node:assert/strict';

import {getProperty, getResource, getValue, type Cib, type Primitive} from '#cluster';
import type {LocalModel} from '#local';

import {deploySeed, exec, getTroubles, readCib} from './deployment.ts';

const vips = ['res_masakari_29a0f9d_vip', 'res_masakari_321f78b_vip', 'res_masakari_578b519_vip'];
const computes = ['frank-colt', 'model-crow', 'tidy-goose'];

function getPrimitive(cib: Cib, id: string): Primitive {
  const resource = getResource(cib, id);
  assert.ok(resource?.kind === 'primitive', `${id} is no primitive`);
  return resource;
}

describe('the seed’s deployment in memory', () => {
  let model: LocalModel;
  let cib: Cib;
  let members: readonly string[];

  before(async () => {
    model = await deploySeed();
    cib = readCib(model);
    members = cib.nodes.filter(({type}) => type === 'member').map(({uname}) => uname);
  });

  it('ends with every unit active', () => {
    assert.deepEqual(getTroubles(model), {});
  });

  it('has the seed’s virtual IPs under the names that SHA-1 gives them, in one group', () => {
    const addresses = vips.map((id) => getValue(getPrimitive(cib, id).params, 'ip'));
    assert.deepEqual(addresses, ['10.70.0.236', '10.0.0.236', '10.80.0.236']);
    const group = getResource(cib, 'grp_masakari_vips');
    assert.deepEqual(group?.kind === 'group' && group.members, vips);
  });

  it('runs haproxy on the members alone, by clone-max', () => {
    const clone = getResource(cib, 'cl_res_masakari_haproxy');
    assert.ok(clone?.kind === 'clone');
    assert.deepEqual([clone.child, getValue(clone.meta, 'clone-max')], ['res_masakari_haproxy', '3']);
  });

  it('has a remote node for each compute, at the machine’s own address', async () => {
    for (const name of computes) {
      const {provider, type, params, operations} = getPrimitive(cib, name);
      assert.deepEqual([provider, type], ['pacemaker', 'remote']);
      assert.deepEqual([getValue(params, 'reconnect_interval'), operations[0]?.attributes['interval']], ['60', '2s']);
      const unit = Object.values(model.state.units).find(
        ({application, machine}) =>
          application === 'pacemaker-remote' && model.state.machines[machine]?.hostname === name,
      );
      const bag = Object.values(model.snapshot().relations)
        .map(({units}) => units[unit?.name ?? '']?.['remote-ip'])
        .find((address) => address !== undefined);
      assert.equal(JSON.stringify(getValue(params, 'server')), bag);
    }
    assert.equal(
      await exec(model, 'hacluster/0', 'crm', 'configure', 'show', 'tidy-goose'),
      `primitive tidy-goose ocf:pacemaker:remote \\\n\tparams server=${getValue(getPrimitive(cib, 'tidy-goose').params, 'server') ?? ''} reconnect_interval=60 \\\n\top monitor interval=2s timeout=10s\n`,
    );
  });

  it('is opt-in: a location rule with score 0 on each member for every top-level resource', () => {
    assert.equal(getProperty(cib, 'symmetric-cluster'), 'false');
    assert.equal(members.length, 3);
    const rules = cib.constraints.filter(({kind}) => kind === 'location');
    for (const resource of ['grp_masakari_vips', 'cl_res_masakari_haproxy', ...computes]) {
      for (const member of members) {
        const rule = rules.find(({id}) => id === `loc-${resource}-${member}`);
        assert.ok(rule?.kind === 'location', `${resource} on ${member}`);
        assert.deepEqual([rule.resource, rule.node, rule.score], [resource, member, '0']);
      }
    }
  });

  it('fences all computes with one MAAS device, and members that MAAS does not know with none', () => {
    const devices = cib.resources.filter(
      (resource): resource is Primitive => resource.kind === 'primitive' && resource.class === 'stonith',
    );
    const maas = devices.filter(({type}) => type === 'external/maas');
    assert.equal(maas.length, 1);
    assert.match(maas[0]?.id ?? '', /^st-maas-[0-9a-f]{7}$/);
    assert.equal(getValue(maas[0]?.params ?? [], 'hostnames'), 'frank-colt model-crow tidy-goose');
    assert.equal(getValue(maas[0]?.params ?? [], 'url'), 'http://10.0.0.205/MAAS');
    assert.equal(getValue(getPrimitive(cib, 'st-null').params, 'hostlist'), [...members].sort().join(' '));
    assert.equal(getProperty(cib, 'stonith-enabled'), 'true');
  });

  it('shows members Online, computes RemoteOnline, and nothing that runs on a compute', async () => {
    const text = await exec(model, 'hacluster/0', 'crm', 'status');
    const list = (label: string): readonly string[] =>
      (new RegExp(`^\\s*\\* ${label}: \\[ (.*) \\]$`, 'm').exec(text)?.[1] ?? '').split(' ').sort();
    assert.deepEqual(list('Online'), [...members].sort());
    assert.deepEqual(list('RemoteOnline'), computes);
    assert.ok(!/Started (?:frank-colt|model-crow|tidy-goose)/.test(text), text);
    assert.ok(!/Stopped|FAILED/.test(text), text);
  });

  it('writes no key to the CIB: the device names a file that only root can read', () => {
    const device = cib.resources.find(({id}) => id.startsWith('st-maas-'));
    assert.ok(device?.kind === 'primitive');
    const path = getValue(device.params, 'apikey_file') ?? '';
    for (const machine of Object.values(model.snapshot().machines).filter(({hostname}) => members.includes(hostname))) {
      const file = machine.files[path];
      assert.deepEqual([file?.owner, file?.group, file?.mode], ['root', 'root', 0o600]);
    }
  });

  it('gives the same key of Pacemaker Remote to members and remotes', () => {
    const keys = Object.values(model.snapshot().machines).flatMap(({files}) => files['/etc/pacemaker/authkey'] ?? []);
    assert.equal(keys.length, 6);
    assert.equal(new Set(keys.map(({content}) => content)).size, 1);
    assert.ok(keys.every(({mode}) => (mode & 0o007) === 0));
  });

  it('renders masakari.conf on each member and masakarimonitors.conf on each compute', () => {
    const paths = Object.values(model.snapshot().machines).flatMap(({files}) =>
      Object.keys(files).filter((path) => /masakari(?:monitors)?\.conf$/.test(path)),
    );
    assert.equal(paths.filter((path) => path.endsWith('/masakari.conf')).length, 3);
    assert.equal(paths.filter((path) => path.endsWith('/masakarimonitors.conf')).length, 3);
  });
});
