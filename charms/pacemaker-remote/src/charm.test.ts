import assert from 'node:assert/strict';

import fc from 'fast-check';

import {runHook, type RelationState, type RunHookResult, type UnitState} from '#charm/testing';

import {catalog, createState, KEY, meta} from './charm.fixture.ts';
import {charm} from './charm.ts';

function createRelation(units: RelationState['units'] = {}): RelationState {
  return {endpoint: 'pacemaker-remote', id: 7, remoteApplication: 'hacluster', units};
}

const withKey = createRelation({'hacluster/0': {'pacemaker-key': KEY}});

const change = (state: UnitState): Promise<RunHookResult> =>
  runHook({charm, meta, state, event: {hook: 'config-changed'}, catalog});

describe('the pacemaker-remote charm', () => {
  it('names in code just the endpoints that its metadata has data on', () => {
    assert.deepEqual(charm.endpoints, ['pacemaker-remote']);
    assert.ok('pacemaker-remote' in meta.endpoints);
  });

  it('says that the relation is missing', async () => {
    const {state} = await change(createState());
    assert.deepEqual(state.status, {
      status: 'blocked',
      message: "'pacemaker-remote' missing: relate this application to hacluster",
    });
  });

  it('offers nothing before it has the key of the cluster: nobody could connect to it', async () => {
    const {state} = await change(createState({relations: [createRelation()]}));
    assert.deepEqual(state.relations[0]?.unitData ?? {}, {});
    assert.deepEqual(state.status, {status: 'waiting', message: "'pacemaker-remote' incomplete: no key yet"});
  });

  it('does not take the key that Debian’s package makes for the cluster’s', async () => {
    const state = createState({relations: [createRelation()]});
    const files = {'/etc/pacemaker/authkey': {content: 'random', owner: 'root', group: 'haclient', mode: 0o640}};
    const installed = await change(state);
    const {state: after} = await change({
      ...installed.state,
      host: {...installed.state.host, files: {...installed.state.host.files, ...files}},
    });
    assert.deepEqual(after.relations[0]?.unitData ?? {}, {});
  });

  it('goes on offering what it has offered when no unit gives the key any more', async () => {
    const first = await change(createState({relations: [withKey]}));
    const relations = first.state.relations.map((relation) => ({...relation, units: {}}));
    const {state} = await change({...first.state, relations});
    assert.equal(state.relations[0]?.unitData?.['remote-hostname'], '"tidy-goose"');
  });

  it('offers the machine under its own name, each value as JSON', async () => {
    const {state} = await change(createState({relations: [withKey], config: {'enable-resources': false}}));
    assert.deepEqual(state.relations[0]?.unitData, {
      'remote-hostname': '"tidy-goose"',
      'remote-ip': '"10.0.0.161"',
      'enable-resources': 'false',
      'stonith-hostname': 'null',
    });
  });

  it('names itself for fencing only when told to', async () => {
    const {state} = await change(createState({relations: [withKey], config: {'enable-stonith': true}}));
    assert.equal(state.relations[0]?.unitData?.['stonith-hostname'], '"tidy-goose"');
  });

  it('writes the cluster’s key for root and haclient alone, and is active', async () => {
    const relation = createRelation({'hacluster/0': {'pacemaker-key': KEY}, 'hacluster/1': {'pacemaker-key': KEY}});
    const {state} = await change(createState({relations: [relation]}));
    assert.deepEqual(state.host.files['/etc/pacemaker/authkey'], {
      content: 'a key of the cluster',
      owner: 'root',
      group: 'haclient',
      mode: 0o440,
    });
    assert.deepEqual(state.status, {status: 'active', message: 'Unit is ready'});
    assert.equal(state.workloadVersion, '2.1.2');
  });

  it('changes nothing when it runs again', async () => {
    const relation = createRelation({'hacluster/0': {'pacemaker-key': KEY}});
    const first = await change(createState({relations: [relation]}));
    const second = await change(first.state);
    assert.deepEqual([second.effects, second.relationWrites], [[], []]);
    assert.deepEqual(second.state, first.state);
  });

  /** How often the hook restarted the daemon. */
  const countRestarts = ({effects}: RunHookResult): number => effects.filter((effect) => /restart/.test(effect)).length;

  it('starts its daemon again with the cluster’s first key: it has read the package’s, which members are rejected with', async () => {
    const installed = await change(createState({relations: [createRelation()]}));
    const relations = installed.state.relations.map((relation) => ({...relation, units: withKey.units}));
    const keyed = await change({...installed.state, relations});
    assert.equal(countRestarts(keyed), 1, keyed.effects.join('\n'));
    assert.equal(countRestarts(await change(keyed.state)), 0);
  });

  it('starts its daemon again after a hook that was killed between the key and the restart', async () => {
    const installed = await change(createState({relations: [createRelation()]}));
    const relations = installed.state.relations.map((relation) => ({...relation, units: withKey.units}));
    const keyed = await change({...installed.state, relations});
    const {'/etc/pacemaker/authkey': written} = keyed.state.host.files;
    assert.ok(written);
    const files = {...installed.state.host.files, '/etc/pacemaker/authkey': written};
    const again = await change({...installed.state, relations, host: {...installed.state.host, files}});
    assert.equal(countRestarts(again), 1, again.effects.join('\n'));
  });

  it('never restarts the daemon of a machine that an earlier revision gave the key: the cluster would fence it', async () => {
    const first = await change(createState({relations: [withKey]}));
    const path = [...Object.keys(first.state.host.files)].find((name) => name.endsWith('ledger.json')) ?? '';
    const ledger = first.state.host.files[path];
    assert.ok(ledger);
    assert.match(ledger.content, /"restarts":\{"pacemaker_remote"/);
    const former = {...ledger, content: ledger.content.replace(/"restarts":\{[^}]*\}/, '"restarts":{}')};
    const files = {...first.state.host.files, [path]: former};
    const again = await change({...first.state, host: {...first.state.host, files}});
    assert.equal(countRestarts(again), 0, again.effects.join('\n'));
  });

  it('takes a new key without a restart, so that no connection drops', async () => {
    const first = await change(createState({relations: [createRelation({'hacluster/0': {'pacemaker-key': KEY}})]}));
    const key = Buffer.from('another key').toString('base64');
    const relations = first.state.relations.map((relation) => ({
      ...relation,
      units: {'hacluster/0': {'pacemaker-key': key}},
    }));
    const second = await change({...first.state, relations});
    assert.equal(second.state.host.files['/etc/pacemaker/authkey']?.content, 'another key');
    assert.deepEqual(second.state.host.services, first.state.host.services);
  });

  it('keeps the key it has while the members give different ones', async () => {
    const first = await change(createState({relations: [createRelation({'hacluster/0': {'pacemaker-key': KEY}})]}));
    const relations = first.state.relations.map((relation) => ({
      ...relation,
      units: {'hacluster/0': {'pacemaker-key': KEY}, 'hacluster/1': {'pacemaker-key': 'b3RoZXI='}},
    }));
    const second = await change({...first.state, relations});
    assert.deepEqual(second.effects, []);
    assert.equal(second.state.status.status, 'waiting');
  });

  it('names relation, unit and key when the key is no base64, and is right again once it is', async () => {
    const bad = await change(createState({relations: [createRelation({'hacluster/0': {'pacemaker-key': '$(id)'}})]}));
    assert.deepEqual(bad.state.status, {
      status: 'blocked',
      message: 'relation pacemaker-remote:7, unit hacluster/0: pacemaker-key must be base64',
    });
    const relations = [{...createRelation({'hacluster/0': {'pacemaker-key': KEY}}), unitData: {}}];
    const good = await change({...bad.state, relations});
    assert.equal(good.state.status.status, 'active');
  });

  it('does not touch a machine that is a member of a cluster', async () => {
    const state = createState({relations: [createRelation()]});
    state.host.packages['pacemaker'] = '2.1.2-1ubuntu3';
    const result = await change(state);
    assert.deepEqual([result.effects, result.state.status.status], [[], 'blocked']);
  });

  it('keeps its daemon running while it leaves: the cluster would take it for dead', async () => {
    const ready = await change(createState({relations: [createRelation({'hacluster/0': {'pacemaker-key': KEY}})]}));
    const event = {relation: 7, step: 'departed', unit: 'hacluster/0', departing: 'pacemaker-remote/0'} as const;
    const state = {...ready.state, relations: ready.state.relations.map((relation) => ({...relation, units: {}}))};
    const {effects, state: after} = await runHook({charm, meta, state, event, catalog});
    assert.ok(
      effects.every((effect) => effect.endsWith('/ledger.json')),
      effects.join('\n'),
    );
    assert.equal(after.host.services['pacemaker_remote']?.isRunning, true);
    const stopped = await runHook({charm, meta, state: after, event: {hook: 'stop'}, catalog});
    assert.equal(stopped.state.host.services['pacemaker_remote']?.isRunning, true);
  });

  it('never fails a hook on what a cluster unit says, and never repeats a key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({maxLength: 200}), async (key) => {
        const result = await change(
          createState({relations: [createRelation({'hacluster/0': {'pacemaker-key': key}})]}),
        );
        assert.equal(result.exitCode, 0);
        const said = JSON.stringify([result.log, result.state.status, result.programs, result.toolCalls]);
        assert.ok(key.trim().length < 8 || !said.includes(JSON.stringify(key).slice(1, -1)));
      }),
      {numRuns: 50},
    );
  });
});
