import assert from 'node:assert/strict';

import {defineCharm} from '#charm';
import {runHook, type RunHookResult} from '#charm/testing';

import {FakeCloud, PASSWORD} from './alert/cloud.fixture.ts';
import {SPOOL} from './alert/paths.ts';
import {renderRecord} from './alert/record.ts';
import {completeRelations, createState, keystoneData, meta} from './fixture.test.ts';
import {identityService} from './interfaces.ts';
import {createReturnHost} from './return-host.ts';

const T0 = Date.UTC(2026, 10, 23, 1, 0, 0);

/** A compute as it stands some time after it was fenced and recovered from. */
class Scene {
  now = T0;
  readonly cloud = new FakeCloud(() => this.now, ['c1']);
  isConnected = true;
  isReporting = true;
  readonly cleanups: string[] = [];
  files: Record<string, string> = {};
  leader = false;

  constructor() {
    this.now = T0 - 600_000;
    this.cloud.accept('c1', this.now);
    this.cloud.recover('c1');
    this.service.isForcedDown = true;
    this.cloud.passedOver.add('c1');
    this.now = T0;
  }

  get service() {
    const service = this.cloud.services.get('c1');
    assert.ok(service !== undefined);
    return service;
  }

  async run(params: Readonly<Record<string, unknown>> = {}): Promise<RunHookResult> {
    const sleep = (milliseconds: number): Promise<void> => {
      this.now += milliseconds;
      if (this.isReporting) this.cloud.report('c1');
      return Promise.resolve();
    };
    const charm = defineCharm({
      config: () => ({ok: true as const, value: {}}),
      endpoints: [identityService.endpoint],
      readFacts: () => Promise.resolve({}),
      desire: () => ({statuses: []}),
      actions: {
        'return-host': createReturnHost({
          send: ({url, ...request}) =>
            Promise.resolve(this.cloud.answer({...request, url: new URL(url.href.replace('10.0.0.40', 'keystone'))})),
          clock: {now: () => this.now, sleep},
        }),
      },
    });
    const state = createState({
      leader: this.leader,
      relations: completeRelations({'identity-service': {...keystoneData, service_password: PASSWORD}}),
      config: {'use-internal-endpoints': true},
    });
    for (const [path, content] of Object.entries(this.files)) {
      state.host.files[path] = {content, owner: 'hacluster', group: 'haclient', mode: 0o640};
    }
    return runHook({
      charm,
      meta,
      state,
      event: {action: 'return-host', params: {host: 'c1', ...params}},
      commands: {
        crm_mon: () => ({exitCode: 0, stdout: this.#getMonitor(), stderr: ''}),
        crm_resource: (args) => {
          this.cleanups.push(args.join(' '));
          this.isConnected = true;
          return {exitCode: 0, stdout: '', stderr: ''};
        },
      },
    });
  }

  #getMonitor(): string {
    const role = this.isConnected ? 'Started' : 'Stopped';
    return `<pacemaker-result><nodes><node name="c1" id="c1" online="${String(this.isConnected)}" type="remote"/></nodes>
<resources><resource id="c1" resource_agent="ocf:pacemaker:remote" role="${role}" active="true" managed="true"/></resources></pacemaker-result>`;
  }

  get changes(): readonly string[] {
    return this.cloud.asked.filter((request) => request.startsWith('PUT'));
  }
}

const NOVA = 'PUT nova/os-services/uuid-c1';
const MASAKARI = 'PUT masakari/segments/segment/hosts/masakari-c1';

describe('the action return-host', () => {
  it('brings a fenced host back in the one order that works, and finds nothing to do again', async () => {
    const scene = new Scene();
    const {action} = await scene.run();
    assert.equal(action?.failure, null);
    assert.deepEqual(scene.changes, [NOVA, NOVA, MASAKARI]);
    assert.deepEqual([scene.service.isForcedDown, scene.service.isDisabled], [false, false]);
    assert.equal(scene.cloud.onMaintenance.get('c1'), false);
    assert.deepEqual([...scene.cloud.passedOver], []);
    const again = await scene.run();
    assert.match(again.action?.results['changed'] ?? '', /^nothing: it was back already$/);
    assert.equal(scene.changes.length, 3);
  });

  it('has the cluster try to connect once nova-compute reports', async () => {
    const scene = new Scene();
    scene.isConnected = false;
    assert.equal((await scene.run()).action?.failure, null);
    assert.deepEqual(scene.cleanups, ['--cleanup --resource c1']);
  });

  it('changes nothing of a host that does not report, or that the cluster cannot connect to', async () => {
    const scene = new Scene();
    scene.isReporting = false;
    const {action} = await scene.run({timeout: 60});
    assert.match(action?.failure ?? '', /^c1 is not back in time: its nova-compute does not report.*power the host on/);
    assert.deepEqual([scene.changes, scene.cleanups], [[], []]);
  });

  it('names the remedy while Nova does not let it up, and goes on when it does', async () => {
    const scene = new Scene();
    scene.cloud.evacuated.add('c1');
    const {action} = await scene.run({timeout: 60});
    assert.match(action?.failure ?? '', /its guests were evacuated.*systemctl restart nova-compute/);
    assert.equal(scene.service.isForcedDown, true);
    scene.cloud.evacuated.clear();
    assert.equal((await scene.run()).action?.failure, null);
  });

  it('refuses a host while Masakari recovers it, or while a fence of it is not delivered', async () => {
    const recovering = new Scene();
    recovering.cloud.accept('c1', T0);
    assert.match((await recovering.run()).action?.failure ?? '', /^Masakari still works on a notification of c1/);
    const undelivered = new Scene();
    undelivered.files = {[`${SPOOL}/r.fence`]: renderRecord({ref: 'r', host: 'c1', time: T0, delayMs: 0})};
    assert.match((await undelivered.run()).action?.failure ?? '', /^a fence of c1 is not delivered/);
    assert.deepEqual([...recovering.changes, ...undelivered.changes], []);
  });

  it('refuses what is no host, and one that Nova does not know', async () => {
    assert.match((await new Scene().run({host: '--all'})).action?.failure ?? '', /^host must be/);
    assert.match((await new Scene().run({host: 'c9'})).action?.failure ?? '', /^Nova knows no nova-compute on c9/);
  });

  it('shows the password nowhere', async () => {
    const {log, programs, toolCalls, action} = await new Scene().run();
    assert.ok(!JSON.stringify([log, programs, toolCalls, action]).includes(PASSWORD));
  });
});
