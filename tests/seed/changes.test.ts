import assert from 'node:assert/strict';

import {getProperty, getResource, getValue, parseCibXml, printCrm, type Cib} from '#cluster';
import type {LocalModel} from '#local';

import {deploySeed, describeCib, exec, getTroubles, readCib, settle} from './deployment.ts';

const VIPS = '10.0.0.236 10.70.0.236 10.80.0.236';

function getEpoch(cib: Cib): number {
  return Number(cib.version.epoch);
}

async function setVip(model: LocalModel, vip: string): Promise<void> {
  model.config('masakari', {vip});
  await settle(model);
}

describe('changing the settled deployment', () => {
  let model: LocalModel;

  beforeEach(async () => {
    model = await deploySeed({seed: 11});
  });

  it('takes a removed compute out of the cluster with one change: remote, rules and its name in the device', async () => {
    const before = readCib(model);
    const machine = model.state.units['nova-compute/1']?.machine ?? '';
    const name = model.state.machines[machine]?.hostname ?? '';
    assert.ok(getResource(before, name) !== null);
    model.removeUnit('nova-compute/1');
    await settle(model);
    const after = readCib(model);
    assert.ok(!printCrm(after).includes(name), printCrm(after));
    assert.equal(getEpoch(after), getEpoch(before) + 1);
    const device = after.resources.find(({id}) => id.startsWith('st-maas-'));
    const names = device?.kind === 'primitive' ? getValue(device.params, 'hostnames')?.split(' ') : [];
    assert.equal(names?.length, 2);
    assert.deepEqual(getTroubles(model), {});
  });

  it('takes in a compute that is added, and fences it', async () => {
    await model.addUnit('nova-compute');
    await settle(model);
    const remotes = readCib(model).resources.filter(({kind, id}) => kind === 'primitive' && /^[a-z]+-[a-z]+$/.test(id));
    assert.ok(remotes.length >= 4);
    const status = await exec(model, 'hacluster/0', 'crm', 'status');
    assert.match(status, /RemoteOnline: \[(?: [a-z-]+){4} \]/);
    assert.deepEqual(getTroubles(model), {});
  });

  it('puts a new VIP into the group, and leaves no trace of one that is dropped and taken up again', async () => {
    const whole = describeCib(readCib(model));
    await setVip(model, '10.0.0.236 10.70.0.236');
    const less = printCrm(readCib(model));
    assert.ok(!less.includes('578b519') && !less.includes('10.80.0.236'), less);
    await setVip(model, VIPS);
    assert.deepEqual(describeCib(readCib(model)), whole);
    await setVip(model, `${VIPS} 10.0.0.237`);
    const group = getResource(readCib(model), 'grp_masakari_vips');
    assert.equal(group?.kind === 'group' ? group.members.length : 0, 4);
    assert.deepEqual(getTroubles(model), {});
  });

  it('leaves alone what an operator did by hand: a resource, a move, a standby, an unmanaged resource', async () => {
    const [member] = readCib(model).nodes.map(({uname}) => uname);
    const patch = (text: string): string =>
      text
        .replace('<resources>', '<resources><primitive id="my-dummy" class="ocf" provider="pacemaker" type="Dummy"/>')
        .replace(
          '<constraints>',
          `<constraints><rsc_location id="cli-prefer-grp_masakari_vips" rsc="grp_masakari_vips" role="Started" node="${member ?? ''}" score="INFINITY"/>`,
        )
        .replace(
          /(<node id="(\d+)"[^>]*?)\/>/,
          '$1><instance_attributes id="nodes-$2"><nvpair id="nodes-$2-standby" name="standby" value="on"/></instance_attributes></node>',
        );
    await editCib(model, patch);
    const byHand = describeCib(readCib(model));
    assert.ok(byHand.some((line) => line.includes('standby=on')) && byHand.some((line) => line.includes('cli-prefer')));
    await settle(model);
    assert.deepEqual(describeCib(readCib(model)), byHand);
    await setVip(model, '10.0.0.236 10.70.0.236');
    await setVip(model, VIPS);
    assert.deepEqual(describeCib(readCib(model)), byHand);
  });

  it('has the cluster tell Masakari of fenced computes, and takes it all away when that is not asked for', async () => {
    const whole = describeCib(readCib(model));
    const status = await exec(model, 'hacluster/0', 'crm', 'status');
    const names = (/RemoteOnline: \[ (.+) \]/.exec(status)?.[1] ?? '').split(' ').sort();
    assert.equal(
      await exec(model, 'hacluster/0', 'crm', 'configure', 'show', 'masakari-fencing'),
      'alert masakari-fencing "/usr/local/lib/masakari/fencing-alert" \\\n' +
        `\tattributes remotes="${names.join(' ')}" \\\n\tmeta timeout=30s \\\n\tselect fencing\n`,
    );
    assert.equal(names.length, 3);
    assert.equal(getProperty(readCib(model), 'startup-fencing'), 'false');
    model.config('masakari', {'notify-after-fencing': 'false'});
    await settle(model);
    assert.deepEqual([readCib(model).alerts, getTroubles(model)], [[], {}]);
    assert.equal(getProperty(readCib(model), 'startup-fencing'), 'true');
    model.config('masakari', {'notify-after-fencing': 'true'});
    await settle(model);
    assert.deepEqual([describeCib(readCib(model)), getTroubles(model)], [whole, {}]);
  });

  it('lets the cluster lose and take back its remotes', async () => {
    const whole = describeCib(readCib(model));
    model.removeRelation('hacluster:pacemaker-remote', 'pacemaker-remote:pacemaker-remote');
    await settle(model);
    const without = readCib(model);
    assert.equal(getProperty(without, 'symmetric-cluster'), 'true');
    assert.equal(getProperty(without, 'stonith-enabled'), 'false');
    assert.ok(!printCrm(without).includes('tidy-goose'));
    model.integrate('hacluster:pacemaker-remote', 'pacemaker-remote:pacemaker-remote');
    await settle(model);
    assert.deepEqual(describeCib(readCib(model)), whole);
    assert.deepEqual(getTroubles(model), {});
  });
});

/** Edits the CIB on a member by hand, the way an operator's tool would. */
async function editCib(model: LocalModel, edit: (text: string) => string): Promise<void> {
  const text = await exec(model, 'hacluster/0', 'cibadmin', '--query');
  const edited = edit(text);
  assert.notEqual(edited, text);
  parseCibXml(edited);
  const {exitCode, stderr} = await model.exec('hacluster/0', ['cibadmin', '--replace', '--xml-text', edited]);
  assert.equal(exitCode, 0, stderr.slice(0, 200));
}
