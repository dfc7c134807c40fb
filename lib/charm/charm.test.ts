import assert from 'node:assert/strict';

import fc from 'fast-check';
import * as z from 'zod/mini';

import {defineCharm} from './charm.ts';
import type {Desired} from './desired.ts';
import type {CommandResult, RunHookTool} from './host.ts';
import {parseNothing, parseWith} from './parsed.ts';
import {active, blocked, waiting} from './status.ts';
import {MemoryHost, type RunHookResult} from './testing/index.ts';
import {
  CATALOG,
  createDb,
  createTiny,
  createTinyState,
  db,
  META,
  peers,
  runTiny,
  web,
  type TinyView,
} from './tiny.fixture.ts';
import {defineEndpoint, describeRelationProblem} from './view.ts';

const READY = (): Desired => ({statuses: [active('ready')]});
const EVERYTHING = (): Desired => ({
  packages: ['web'],
  files: [{path: '/etc/web.conf', content: 'a'}],
  services: [{name: 'web', isRunning: true, restartWhen: ['a']}],
  relationData: [{relationId: 'db:1', scope: 'unit', data: {a: 'b'}}],
  ports: ['80/tcp'],
  workloadVersion: '1.0',
  statuses: [waiting('for more'), blocked('option key must be set'), blocked('later')],
});
const getErrors = ({log}: RunHookResult): string[] =>
  log.filter(({level}) => level === 'ERROR').map(({message}) => message);

/** Runs a hook whose tools answer as a test says, or else as those of a unit without relations. */
async function runWith(
  charm: ReturnType<typeof createTiny>,
  answers: Readonly<Record<string, unknown>>,
  path = 'hooks/update-status',
): Promise<{exitCode: number; calls: string[]; complaints: string[]}> {
  const calls: string[] = [];
  const complaints: string[] = [];
  const known: Readonly<Record<string, unknown>> = {
    'config-get --all': {port: 80, key: ''},
    'is-leader': true,
    'status-get --include-data': {status: 'active', message: 'ready'},
    ...answers,
  };
  const tools: RunHookTool = (tool, args): Promise<CommandResult> => {
    const call = [tool, ...args.filter((arg) => arg !== '--format=json')].join(' ');
    calls.push(call);
    const answer = known[call] ?? known[tool] ?? null;
    return Promise.resolve(
      answer instanceof Error
        ? {exitCode: 1, stdout: '', stderr: `ERROR ${answer.message}\n`}
        : {exitCode: 0, stdout: JSON.stringify(answer), stderr: ''},
    );
  };
  const host = new MemoryHost({facts: createTinyState().facts, catalog: CATALOG});
  const environment = {JUJU_UNIT_NAME: 'tiny/0', JUJU_DISPATCH_PATH: path};
  const complain = (message: string): void => void complaints.push(message);
  return {exitCode: await charm.run({environment, tools, host, complain}), calls, complaints};
}

describe('a charm', () => {
  it('knows the names of its endpoints and actions', () => {
    const charm = createTiny(READY, {actions: {ping: () => Promise.resolve({results: {}})}});
    assert.deepEqual([charm.endpoints, charm.actions], [['db', 'web', 'peers'], ['ping']]);
  });

  it('decides from config, leadership, relations, networks, machine and its own facts', async () => {
    let view: TinyView | null = null;
    const network = {bindAddresses: [], ingressAddresses: ['10.0.0.5'], egressSubnets: []};
    const state = createTinyState({
      leader: true,
      config: {port: 8080},
      networks: {admin: network},
      relations: [createDb({'mysql/0': {host: 'a'}})],
    });
    const parts = {networks: ['admin', 'db'], readFacts: () => Promise.resolve('found')};
    const {exitCode} = await runTiny(
      (given) => {
        view = given;
        return READY();
      },
      state,
      parts,
    );
    assert.equal(exitCode, 0);
    const {config, isLeader, isLeaving, networks, host, facts, context} = view!;
    assert.deepEqual(config, {port: 8080, key: ''});
    assert.deepEqual(
      {isLeader, isLeaving, facts, unit: context.unit},
      {isLeader: true, isLeaving: false, facts: 'found', unit: 'tiny/0'},
    );
    assert.deepEqual(networks, {admin: network}, 'a binding without an address is missing');
    assert.equal(host.hostname, 'tidy-goose');
    assert.deepEqual(db.relations(view!)[0]?.remoteUnits, [{name: 'mysql/0', data: {host: 'a'}}]);
  });

  it('shows the worst status last of all, and sets it only when it differs', async () => {
    const first = await runTiny(EVERYTHING, createTinyState({relations: [createDb()]}));
    assert.deepEqual(first.state.status, blocked('option key must be set'));
    assert.equal(first.toolCalls.at(-1)?.[0], 'status-set');
    const second = await runTiny(EVERYTHING, first.state);
    assert.ok(!second.toolCalls.some(([tool]) => tool === 'status-set'));
  });

  it('with bad options is blocked, names them without their values, and changes nothing', async () => {
    const state = createTinyState({config: {port: 0, key: 'SECRET!'}, relations: [createDb()]});
    const result = await runTiny(EVERYTHING, state);
    assert.equal(result.exitCode, 0);
    assert.deepEqual(result.state, {...state, status: blocked('option port is not valid')});
    assert.deepEqual([result.effects, result.relationWrites, result.programs], [[], [], []]);
    const mended = await runTiny(EVERYTHING, {...result.state, config: {}});
    assert.equal(mended.state.host.files['/etc/web.conf']?.content, 'a');
  });

  it('gets problems in relation data as data, each with relation, unit and key', async () => {
    const units = {'mysql/0': {host: 'a'}, 'mysql/1': {hots: 'SECRET'}};
    const result = await runTiny(
      (view) => ({
        statuses: db
          .relations(view)
          .flatMap((relation) =>
            relation.remoteUnits.flatMap(({name, problems = []}) =>
              problems.map((problem) => blocked(describeRelationProblem(relation, name, problem))),
            ),
          ),
      }),
      createTinyState({relations: [createDb(units)]}),
    );
    assert.deepEqual(result.state.status, blocked('relation db:1, unit mysql/1: host is missing'));
  });

  it('parses what a unit said once, however often and in however many rounds it is asked for', async () => {
    let parses = 0;
    const counting = {
      ...db,
      ...(await import('./view.ts')).defineEndpoint({
        name: 'db',
        unit: (raw) => {
          parses += 1;
          return parseNothing(raw);
        },
      }),
    };
    const charm = defineCharm({
      config: parseNothing,
      endpoints: [counting],
      readFacts: () => Promise.resolve(null),
      desire: (view) => ({
        files: [{path: '/etc/a', content: String(counting.relations(view).length + counting.relations(view).length)}],
        statuses: [],
      }),
    });
    const state = createTinyState({relations: [createDb({'mysql/0': {host: 'a'}, 'mysql/1': {host: 'b'}})]});
    await runTiny(READY, state, {charm});
    assert.equal(parses, 2);
  });

  it('lists units that it is to tell something without reading what they say', async () => {
    const quiet = defineEndpoint({name: 'db', unit: parseNothing, readsUnits: false});
    const charm = defineCharm({
      config: parseNothing,
      endpoints: [quiet],
      readFacts: () => Promise.resolve(null),
      desire: (view) => ({
        files: [{path: '/etc/a', content: JSON.stringify(quiet.relations(view).flatMap(({units}) => units))}],
        statuses: [],
      }),
    });
    const state = createTinyState({relations: [createDb({'mysql/0': {host: 'a'}, 'mysql/1': {host: 'b'}})]});
    const {toolCalls, state: after} = await runTiny(READY, state, {charm});
    const listed = [0, 1].map((number) => ({name: `mysql/${number}`, data: {}}));
    assert.equal(after.host.files['/etc/a']?.content, JSON.stringify(listed));
    assert.deepEqual(
      toolCalls.filter(([tool, ...args]) => tool === 'relation-get' && args.some((arg) => arg.startsWith('mysql/'))),
      [],
    );
  });

  it('puts no value of config or relation data into statuses, logs and arguments', async () => {
    const secret = fc.constantFrom('SECRET', 'SECRET!', '"SECRET', '{"SECRET":1}', 'SECRET\n', '${SECRET}');
    await fc.assert(
      fc.asyncProperty(secret, secret, async (key, host) => {
        const state = createTinyState({config: {key}, relations: [createDb({'mysql/0': {host, other: host}})]});
        const result = await runTiny(
          (view) => ({
            files: [{path: '/etc/web.conf', content: `${view.config.key} ${host}`, mode: 0o600}],
            services: [{name: 'web', isRunning: true, restartWhen: [view.config.key, host]}],
            packages: ['web'],
            relationData: [{relationId: 'db:1', scope: 'unit', data: {password: host}}],
            statuses: [],
          }),
          state,
        );
        const {log, toolCalls, programs, effects} = result;
        assert.ok(!JSON.stringify([log, toolCalls, programs, effects, result.state.status]).includes('SECRET'));
      }),
      {numRuns: 50},
    );
  });

  it('does what its own facets want after services and before relation data', async () => {
    let isDone = false;
    const facets = (): readonly {
      name: string;
      plan: () => Promise<{summary: string; apply: () => Promise<void>}[]>;
    }[] => [
      {
        name: 'own',
        plan: () =>
          Promise.resolve(isDone ? [] : [{summary: 'thing', apply: () => Promise.resolve(void (isDone = true))}]),
      },
    ];
    const {log} = await runTiny(EVERYTHING, createTinyState({relations: [createDb()]}), {facets});
    assert.deepEqual(
      log.map(({message}) => message.split(':')[0]),
      ['packages', 'files', 'files', 'services', 'own', 'relation data', 'ports', 'workload version'],
    );
  });

  it('asks anew in each round whether it leads, since installing may take longer than Juju vouches for', async () => {
    const {toolCalls} = await runTiny(EVERYTHING, createTinyState({relations: [createDb()]}));
    assert.equal(toolCalls.filter(([tool]) => tool === 'is-leader').length, 2);
    assert.equal(toolCalls.filter(([tool]) => tool === 'config-get').length, 1);
  });

  it('warns when ten rounds did not settle it', async () => {
    let round = 0;
    const {exitCode, log} = await runTiny(() => ({files: [{path: '/a', content: String((round += 1))}], statuses: []}));
    assert.equal(exitCode, 0);
    assert.deepEqual(log.at(-1), {level: 'WARNING', message: 'there is still something to do; the next hook goes on'});
  });

  it('that fails says why in the log, with its cause, and where at DEBUG', async () => {
    const charm = (): Desired => {
      throw new TypeError('oh', {cause: new Error('that')});
    };
    const result = await runTiny(charm);
    assert.equal(result.exitCode, 1);
    assert.deepEqual(getErrors(result), ['TypeError: oh (caused by Error: that)']);
    assert.equal(result.log.at(-1)?.level, 'DEBUG');
  });

  it('tells who runs it outside a hook what is missing, since no log can be written', async () => {
    const complaints: string[] = [];
    const exitCode = await createTiny(READY).run({
      environment: {},
      tools: () => Promise.resolve({exitCode: 127, stdout: '', stderr: 'juju-log could not be started'}),
      host: new MemoryHost({facts: createTinyState().facts}),
      complain: (message) => complaints.push(message),
    });
    assert.equal(exitCode, 1);
    assert.deepEqual(complaints, ['ContextError: JUJU_UNIT_NAME is not set; charms are run by a Juju unit agent']);
  });

  it('fails with the tool’s own reason when its status cannot be set', async () => {
    const charm = createTiny(() => ({statuses: [blocked('x')]}));
    const {exitCode, calls} = await runWith(charm, {'status-set': new Error('no api')});
    assert.equal(exitCode, 1);
    assert.ok(
      calls.includes('juju-log --log-level ERROR -- HookToolError: status-set exited with status 1: ERROR no api'),
    );
  });

  it('forgets in its last hook what it noted, and does nothing else', async () => {
    const first = await runTiny(EVERYTHING, createTinyState({relations: [createDb()]}));
    const last = await runTiny(EVERYTHING, {...first.state, relations: []}, {event: {hook: 'remove'}});
    assert.deepEqual(last.effects, ['remove /var/lib/charm/tiny-0/ledger.json']);
    assert.deepEqual(last.toolCalls, []);
  });
});

describe('types of a charm', () => {
  it('follow from its schemas and readers, written in place', async () => {
    const charm = defineCharm({
      config: parseWith(z.object({port: z.number()})),
      endpoints: [],
      readFacts: () => Promise.resolve({version: '1.0'}),
      // The types are the test: neither `port` nor `version` is unknown here.
      desire: ({config, facts}) => ({
        ports: [`${config.port.toFixed()}/tcp`],
        workloadVersion: facts.version,
        statuses: [],
      }),
    });
    const {state} = await runTiny(READY, createTinyState(), {charm});
    assert.deepEqual([state.openedPorts, state.workloadVersion], [['80/tcp'], '1.0']);
  });
});

describe('a charm with three hundred related units', () => {
  it('reads each bag once, however many rounds the hook takes', async () => {
    const units = Object.fromEntries(
      Array.from({length: 300}, (_, index) => [`mysql/${index}`, {host: `10.0.0.${index}`}]),
    );
    let rounds = 0;
    const {toolCalls} = await runTiny(
      (view) => {
        rounds += 1;
        const hosts = db.relations(view).flatMap(({remoteUnits}) => remoteUnits.map(({data}) => data?.host ?? ''));
        return {files: [{path: '/etc/hosts', content: `${hosts.join(' ')} ${Math.min(rounds, 3)}`}], statuses: []};
      },
      createTinyState({relations: [createDb(units)]}),
    );
    assert.equal(rounds, 4);
    assert.equal(toolCalls.filter(([tool]) => tool === 'relation-get').length, 301);
  });
});

describe('relations as a charm sees them', () => {
  const see = async (
    state: ReturnType<typeof createTinyState>,
    event: Parameters<typeof runTiny>[2] = {},
  ): Promise<TinyView> => {
    let seen: TinyView | null = null;
    const {exitCode} = await runTiny(
      (view) => {
        seen = view;
        return READY();
      },
      state,
      event,
    );
    assert.equal(exitCode, 0);
    return seen!;
  };

  it('come in the order of their numbers', async () => {
    const relations = [100, 9, 10].map((id) => createDb({}, {id}));
    const view = await see(createTinyState({relations}));
    assert.deepEqual(
      view.relations.map(({id}) => id),
      ['db:9', 'db:10', 'db:100'],
    );
  });

  it('do not have one that breaks, but have its siblings', async () => {
    const relations = [createDb(), createDb({'mysql/0': {host: 'a'}}, {id: 2})];
    const view = await see(createTinyState({relations}), {event: {relation: 1, step: 'broken'}});
    assert.deepEqual(
      view.relations.map(({id}) => id),
      ['db:2'],
    );
    assert.equal(view.isLeaving, false);
  });

  it('have a unit that departs no more, and say when it is this one that leaves', async () => {
    const state = createTinyState({relations: [createDb({'mysql/1': {host: 'b'}})]});
    const gone = {relation: 1, step: 'departed', unit: 'mysql/0'} as const;
    const view = await see(state, {event: gone});
    assert.deepEqual(
      view.relations[0]?.units.map(({name}) => name),
      ['mysql/1'],
    );
    assert.equal(view.isLeaving, false);
    assert.equal((await see(state, {event: {...gone, departing: 'tiny/0'}})).isLeaving, true);
  });

  it('have application data where it was asked for and may be read', async () => {
    const bags = {units: {}, applicationData: {own: 'a'}, remoteApplicationData: {theirs: 'b'}};
    const relations = [
      {endpoint: 'web', id: 1, remoteApplication: 'user', ...bags},
      {endpoint: 'peers', id: 2, remoteApplication: 'tiny', ...bags},
      createDb({}, {id: 3, ...bags}),
    ];
    for (const leader of [true, false]) {
      const view = await see(createTinyState({leader, relations}));
      const [{applicationData, remoteApplicationData, remoteApplication} = assert.fail()] = web.relations(view);
      assert.deepEqual(applicationData, leader ? {own: 'a'} : {});
      assert.deepEqual(remoteApplicationData, {theirs: 'b'});
      assert.equal(remoteApplication, 'user');
      assert.deepEqual(peers.relations(view)[0]?.applicationData, {own: 'a'});
      assert.deepEqual(peers.relations(view)[0]?.remoteApplicationData, {own: 'a'});
      assert.deepEqual(db.relations(view)[0]?.remoteApplicationData, {});
    }
  });

  it('name the other application at the cost of a call only when no unit and no event tells', async () => {
    const asks = async (units: Record<string, Record<string, string>>, event = {}): Promise<number> => {
      const {toolCalls} = await runTiny(READY, createTinyState({relations: [createDb(units)]}), event);
      return toolCalls.filter(([tool, ...args]) => tool === 'relation-list' && args.includes('--app')).length;
    };
    assert.equal(await asks({'mysql/0': {}}), 0);
    assert.equal(await asks({}, {event: {relation: 1, step: 'created'}}), 0);
    assert.equal(await asks({}), 1);
  });

  it('that go away while the hook runs are gone, and fail nothing', async () => {
    const gone = new Error('invalid value "db:1" for option -r: relation not found');
    let seen: readonly unknown[] = ['not run'];
    const charm = createTiny((view) => {
      seen = view.relations;
      return {
        relationData: [{relationId: 'db:1', scope: 'unit', data: {a: 'b'}}],
        statuses: [active('ready')],
      };
    });
    const {exitCode} = await runWith(charm, {
      'relation-ids db': ['db:1'],
      'relation-list': ['mysql/0'],
      'relation-get': gone,
    });
    assert.deepEqual([exitCode, seen], [0, []]);
    const late = {'relation-ids db': ['db:1'], 'relation-list': [], 'relation-get': {}, 'relation-set': gone};
    assert.equal((await runWith(charm, late)).exitCode, 0);
  });

  it('that cannot be read for another reason fail the hook', async () => {
    const answers = {
      'relation-ids db': ['db:1'],
      'relation-list': ['mysql/0'],
      'relation-get': new Error('permission denied'),
    };
    assert.equal((await runWith(createTiny(READY), answers)).exitCode, 1);
  });
});

describe('networks as a charm sees them', () => {
  it('are missing without an address, and fail the hook for another reason', async () => {
    let names: string[] = ['not run'];
    const charm = createTiny(
      (view) => {
        names = Object.keys(view.networks);
        return READY();
      },
      {networks: ['admin', 'db', 'web']},
    );
    const address = {'ingress-addresses': ['10.0.0.5']};
    const none = new Error('no addresses attached to space for binding "db"');
    const answers = {'network-get admin': address, 'network-get db': none, 'network-get web': {'bind-addresses': []}};
    assert.equal((await runWith(charm, answers)).exitCode, 0);
    assert.deepEqual(names, ['admin']);
    assert.equal((await runWith(charm, {'network-get': new Error('api is down')})).exitCode, 1);
  });
});

describe('a dry run', () => {
  it('tells what a hook would do now and the status, and does nothing', async () => {
    const state = createTinyState({relations: [createDb()]});
    const result = await runTiny(EVERYTHING, state, {dryRun: true});
    assert.deepEqual(result.state, state);
    assert.deepEqual([result.effects, result.relationWrites, result.log], [[], [], []]);
    assert.deepEqual(result.plan, [
      'packages: install web',
      'files: note which files are the charm’s',
      'files: write /etc/web.conf',
      'services: restart web',
      'relation data: say a on db:1',
      'ports: open 80/tcp',
      'workload version: workload version 1.0',
      'status: blocked option key must be set',
    ]);
  });

  it('has nothing to tell but the status when all is done', async () => {
    const {state} = await runTiny(EVERYTHING, createTinyState({relations: [createDb()]}));
    assert.deepEqual((await runTiny(EVERYTHING, state, {dryRun: true})).plan, [
      'status: blocked option key must be set',
    ]);
  });

  it('runs no action and forgets nothing', async () => {
    const actions = {ping: () => Promise.reject(new Error('ran'))};
    const result = await runTiny(READY, createTinyState(), {actions, event: {action: 'ping'}, dryRun: true});
    assert.deepEqual([result.plan, result.toolCalls], [['action: ping'], []]);
    assert.deepEqual((await runTiny(READY, createTinyState(), {event: {hook: 'remove'}, dryRun: true})).plan, [
      'ledger: remove',
    ]);
  });
});

describe('actions', () => {
  const act = (handler: Parameters<typeof createTiny>[1], params = {}): Promise<RunHookResult> =>
    runTiny(EVERYTHING, createTinyState(), {...handler, event: {action: 'ping', params}});

  it('get their parameters and give results; nothing is decided', async () => {
    const result = await act(
      {
        actions: {
          ping: ({params, context, host}) =>
            Promise.resolve({results: {said: String(params['say']), unit: context.unit, host: typeof host}}),
        },
      },
      {say: 'hi'},
    );
    assert.deepEqual(result.action, {results: {said: 'hi', unit: 'tiny/0', host: 'object'}, failure: null});
    assert.deepEqual([result.effects, result.state.status.status], [[], 'unknown']);
  });

  it('that fail or throw fail with the reason, results kept, and never the unit', async () => {
    const failed = await act({actions: {ping: () => Promise.resolve({failure: 'no', results: {a: 'b'}})}});
    assert.deepEqual([failed.exitCode, failed.action], [0, {results: {a: 'b'}, failure: 'no'}]);
    const thrown = await act({actions: {ping: () => Promise.reject(new Error(`oh\0${'x'.repeat(200_000)}`))}});
    assert.equal(thrown.exitCode, 0);
    assert.match(thrown.action?.failure ?? '', /^oh x+$/);
    assert.ok((thrown.action?.failure ?? '').length < 131_072 / 3);
  });

  it('that this version does not have fail and say so', async () => {
    const {action} = await act({});
    assert.equal(action?.failure, 'this version of the charm has no such action');
  });

  it('fail when Juju does not take their results', async () => {
    const charm = createTiny(READY, {actions: {ping: () => Promise.resolve({results: {BAD: 'x'}})}});
    const {exitCode, calls} = await runWith(
      charm,
      {'action-set': new Error('key "BAD" must start with')},
      'actions/ping',
    );
    assert.equal(exitCode, 0);
    assert.equal(calls.at(-1), 'action-fail -- action-set exited with status 1: ERROR key "BAD" must start with');
  });

  it('are checked against the metadata', async () => {
    await assert.rejects(
      runTiny(READY, createTinyState(), {meta: {...META, actions: []}, event: {action: 'ping'}}),
      /no action "ping"/,
    );
  });
});
