import assert from 'node:assert/strict';

import type {Desired, WantedFile, WantedService} from '../desired.ts';
import type {Processes} from '../host.ts';
import {createHostState} from '../testing/index.ts';
import {createDb, createTinyState, db, getLasting, runTiny, web} from '../tiny.fixture.ts';
import type {RunHookResult, UnitState} from '../testing/index.ts';
import {readServices} from './services.ts';

const STATUS = {statuses: []};
const want =
  (desired: Partial<Desired>): (() => Desired) =>
  () => ({...STATUS, ...desired});
const getApt = ({programs}: RunHookResult): unknown =>
  programs.filter(([name]) => name === 'apt-get').map((call) => [call[1], call.at(-1)]);
const getError = ({log}: RunHookResult): string | undefined => log.find(({level}) => level === 'ERROR')?.message;

describe('packages', () => {
  it('that are missing are installed at once, and none when all are there', async () => {
    const charm = want({packages: ['tool', 'web', 'tool']});
    const first = await runTiny(charm);
    assert.equal(first.exitCode, 0);
    assert.deepEqual(Object.keys(first.state.host.packages).sort(), ['tool', 'web']);
    assert.equal(first.programs.filter(([name, verb]) => name === 'apt-get' && verb === 'install').length, 1);
    const second = await runTiny(charm, first.state);
    assert.deepEqual(getApt(second), []);
    assert.deepEqual(second.effects, []);
    assert.deepEqual(
      second.programs.map(([name]) => name),
      ['dpkg-query'],
    );
  });

  it('are asked for until they are there, and not in later rounds', async () => {
    let round = 0;
    const charm = (): Desired => {
      round += 1;
      return {...STATUS, packages: ['tool'], files: [{path: '/etc/a', content: String(Math.min(round, 4))}]};
    };
    const {programs} = await runTiny(charm);
    assert.equal(round, 5);
    assert.equal(programs.filter(([name]) => name === 'dpkg-query').length, 2);
  });

  it('that cannot be had fail the hook, which takes its relation data back but keeps the status', async () => {
    const charm = want({packages: ['no-such'], relationData: [{relationId: 'db:1', scope: 'unit', data: {a: 'b'}}]});
    const state = createTinyState({relations: [createDb()]});
    const result = await runTiny(charm, state);
    assert.equal(result.exitCode, 1);
    assert.deepEqual(result.state.relations, state.relations);
    assert.equal(
      getError(result),
      'PackageError: apt-get install failed with status 100: E: Unable to locate package no-such',
    );
  });

  it('are not installed when dpkg does not tell what is there', async () => {
    const commands = {
      'dpkg-query': () => ({exitCode: 2, stdout: '', stderr: 'dpkg-query: error: database is locked\n'}),
    };
    const result = await runTiny(want({packages: ['tool']}), createTinyState(), {commands});
    assert.equal(result.exitCode, 1);
    assert.deepEqual(getApt(result), []);
    assert.match(getError(result) ?? '', /^PackageError: dpkg-query failed with status 2: .*locked$/);
  });

  it('are installed after all when an earlier hook was killed while dpkg ran', async () => {
    let isBroken = true;
    const commands = {
      'apt-get': (args: readonly string[]) =>
        args[0] === 'install' && isBroken
          ? {
              exitCode: 100,
              stdout: '',
              stderr: "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'\n",
            }
          : {exitCode: 0, stdout: '', stderr: ''},
      dpkg: () => {
        isBroken = false;
        return {exitCode: 0, stdout: '', stderr: ''};
      },
      'dpkg-query': () => ({exitCode: 0, stdout: isBroken ? '' : 'tool\tinstalled\t1\n', stderr: ''}),
    };
    const result = await runTiny(want({packages: ['tool']}), createTinyState(), {commands});
    assert.equal(result.exitCode, 0);
    assert.deepEqual(
      result.programs.map(([name, verb]) => `${name} ${verb ?? ''}`),
      [
        'dpkg-query --show',
        'apt-get update',
        'apt-get install',
        'dpkg --configure',
        'apt-get install',
        'dpkg-query --show',
      ],
    );
  });

  it('that apt-get only pretends to install fail the hook at the second look', async () => {
    const commands = {'apt-get': () => ({exitCode: 0, stdout: '', stderr: ''})};
    const result = await runTiny(want({packages: ['virtual']}), createTinyState(), {commands});
    assert.equal(result.exitCode, 1);
    assert.match(getError(result) ?? '', /is it a virtual package: virtual$/);
    assert.equal(result.programs.filter(([name]) => name === 'apt-get').length, 2);
  });
});

describe('files', () => {
  const conf: WantedFile = {path: '/etc/web.conf', content: 'a = 1\n'};

  it('are written with content, owner, group and mode, and never twice', async () => {
    const charm = want({
      packages: ['web'],
      files: [conf, {path: '/etc/key', content: 'k', owner: 'web', group: 'web', mode: 0o400}],
    });
    const first = await runTiny(charm);
    assert.deepEqual(first.state.host.files['/etc/web.conf'], {
      content: 'a = 1\n',
      owner: 'root',
      group: 'root',
      mode: 0o644,
    });
    assert.deepEqual(first.state.host.files['/etc/key'], {content: 'k', owner: 'web', group: 'web', mode: 0o400});
    assert.deepEqual((await runTiny(charm, first.state)).effects, []);
  });

  it('are put right when somebody changed content, owner or mode', async () => {
    const charm = want({files: [conf]});
    const {state} = await runTiny(charm);
    const right = state.host.files['/etc/web.conf']!;
    for (const wrong of [{content: 'b'}, {owner: 'daemon'}, {group: 'adm'}, {mode: 0o666}]) {
      const host = {...state.host, files: {...state.host.files, '/etc/web.conf': {...right, ...wrong}}};
      const result = await runTiny(charm, {...state, host});
      assert.deepEqual(result.effects, ['write /etc/web.conf']);
      assert.deepEqual(result.state.host.files['/etc/web.conf'], right);
    }
  });

  it('hold bytes that are no text, and texts that came as bytes', async () => {
    const bytes = Buffer.from([0, 255, 128]).toString('base64');
    const charm = want({
      files: [
        {path: '/key', content: bytes, encoding: 'base64'},
        {path: '/text', content: Buffer.from('text').toString('base64'), encoding: 'base64'},
      ],
    });
    const {state} = await runTiny(charm);
    assert.equal(state.host.files['/key']?.content, bytes);
    assert.equal(state.host.files['/key'].encoding, 'base64');
    assert.deepEqual(state.host.files['/text'], {content: 'text', owner: 'root', group: 'root', mode: 0o644});
    assert.deepEqual((await runTiny(charm, state)).effects, []);
  });

  it('that an earlier decision had are removed, but no others', async () => {
    const host = {
      ...createHostState(),
      files: {'/etc/theirs': {content: '', owner: 'root', group: 'root', mode: 0o644}},
    };
    const {state} = await runTiny(want({files: [conf, {path: '/etc/b', content: ''}]}), createTinyState({host}));
    const dropped = await runTiny(want({files: [conf]}), state);
    assert.deepEqual(Object.keys(dropped.state.host.files).sort(), [
      '/etc/theirs',
      '/etc/web.conf',
      '/var/lib/charm/tiny-0/ledger.json',
    ]);
    assert.deepEqual((await runTiny(want({files: [conf]}), dropped.state)).effects, []);
    const emptied = await runTiny(want({files: []}), dropped.state);
    assert.deepEqual(Object.keys(emptied.state.host.files).sort(), [
      '/etc/theirs',
      '/var/lib/charm/tiny-0/ledger.json',
    ]);
  });

  it('stay when a decision says keep, or says nothing of files', async () => {
    const {state} = await runTiny(want({files: [conf]}));
    const kept = await runTiny(want({files: [{path: '/etc/web.conf', keep: true}]}), state);
    assert.deepEqual(kept.effects, []);
    assert.deepEqual((await runTiny(want({}), kept.state)).effects, []);
    const dropped = await runTiny(want({files: []}), kept.state);
    assert.equal(dropped.state.host.files['/etc/web.conf'], undefined);
  });

  it('that are kept but were never the charm’s do not become so', async () => {
    const host = {
      ...createHostState(),
      files: {'/etc/theirs': {content: '', owner: 'root', group: 'root', mode: 0o644}},
    };
    const kept = await runTiny(want({files: [{path: '/etc/theirs', keep: true}]}), createTinyState({host}));
    const dropped = await runTiny(want({files: []}), kept.state);
    assert.deepEqual(Object.keys(dropped.state.host.files), ['/etc/theirs']);
  });

  it('are noted before they are written', async () => {
    const {effects} = await runTiny(want({files: [conf]}));
    assert.deepEqual(effects, ['write /var/lib/charm/tiny-0/ledger.json', 'write /etc/web.conf']);
  });

  it('with two different contents are a mistake of the charm, and the same twice is none', async () => {
    const result = await runTiny(want({files: [conf, {...conf, content: 'other'}]}));
    assert.equal(result.exitCode, 1);
    assert.equal(getError(result), 'DecisionError: the decision has two different answers for /etc/web.conf');
    assert.equal((await runTiny(want({files: [conf, {...conf}]}))).exitCode, 0);
  });

  it('of the charm itself are put in place once, and again when somebody changed them', async () => {
    const charm = want({files: [{path: '/usr/local/bin/tool', source: 'bin/tool'}]});
    const {state, effects} = await runTiny(charm);
    assert.deepEqual(effects, ['write /var/lib/charm/tiny-0/ledger.json', 'ship /usr/local/bin/tool']);
    assert.deepEqual((await runTiny(charm, state)).effects, []);
    const files = {
      ...state.host.files,
      '/usr/local/bin/tool': {content: '', owner: 'root', group: 'root', mode: 0o755},
    };
    assert.deepEqual((await runTiny(charm, {...state, host: {...state.host, files}})).effects, [
      'ship /usr/local/bin/tool',
    ]);
    assert.equal((await runTiny(want({files: []}), state)).state.host.files['/usr/local/bin/tool'], undefined);
  });

  it('of an unknown owner fail the hook', async () => {
    const result = await runTiny(want({files: [{...conf, owner: 'web'}]}));
    assert.equal(result.exitCode, 1);
    assert.equal(getError(result), 'AccountError: no user "web" on this machine');
  });
});

describe('folders', () => {
  const folders = [{path: '/srv/data', owner: 'nobody', group: 'adm', mode: 0o750}];

  it('are made, given to whom they are to belong to, and left alone after that', async () => {
    const first = await runTiny(want({folders}));
    assert.deepEqual(first.state.host.folders, {'/srv/data': {owner: 'nobody', group: 'adm', mode: 0o750}});
    assert.deepEqual(first.effects, ['set folder /srv/data']);
    assert.deepEqual((await runTiny(want({folders}), first.state)).effects, []);
  });

  it('stay when nobody wants them any more', async () => {
    const first = await runTiny(want({folders}));
    assert.deepEqual((await runTiny(want({folders: []}), first.state)).effects, []);
  });
});

describe('services', () => {
  const web: WantedService = {name: 'web', isRunning: true, isEnabled: true, restartWhen: ['a']};
  const run = (services: readonly WantedService[], state?: UnitState): Promise<RunHookResult> =>
    runTiny(want({packages: ['web', 'idle'], services}), state);
  const getStarts = ({state}: RunHookResult): number | undefined => state.host.services['web']?.starts;

  it('are restarted when what they were started with changes, and only then', async () => {
    const first = await run([web]);
    const second = await run([web], first.state);
    assert.deepEqual(second.effects, []);
    assert.equal(getStarts(second), getStarts(first));
    const third = await run([{...web, restartWhen: ['b']}], second.state);
    assert.deepEqual(third.effects, ['restart web', 'write /var/lib/charm/tiny-0/ledger.json']);
    assert.deepEqual((await run([{...web, restartWhen: ['b']}], third.state)).effects, []);
  });

  it('that were started with what an earlier revision said for the same are left alone', async () => {
    const {state} = await run([web]);
    const now = {...web, restartWhen: ['b'], formerRestartWhen: [['z'], ['a']]};
    assert.deepEqual((await run([now], state)).effects, []);
    assert.equal((await run([{...now, formerRestartWhen: [['z']]}], state)).effects[0], 'restart web');
  });

  it('that run as their packages started them are left alone when nothing is asked of a restart', async () => {
    const {state} = await run([]);
    const result = await run([{name: 'web', isRunning: true}], state);
    assert.deepEqual(result.effects, []);
  });

  it('are started, stopped, enabled and disabled', async () => {
    const first = await run([web, {name: 'idle', isRunning: true, isEnabled: true}]);
    const {services} = first.state.host;
    assert.deepEqual(services['idle'], {isEnabled: true, isRunning: true, starts: 1});
    const stopped = await run([{...web, isRunning: false, isEnabled: false}], first.state);
    assert.deepEqual(stopped.effects, ['disable web', 'stop web']);
    assert.deepEqual((await run([{...web, isRunning: false, isEnabled: false}], stopped.state)).effects, []);
    const again = await run([web], stopped.state);
    assert.deepEqual(again.effects.slice(0, 2), ['enable web', 'restart web']);
  });

  it('may be timers, which have their own suffix, and units that the decision itself brings', async () => {
    const files = [{path: '/etc/systemd/system/look.timer', content: '[Timer]\nOnActiveSec=5\n'}];
    const timer = {name: 'look.timer', isRunning: true, isEnabled: true};
    const on = await runTiny(want({files, services: [timer]}));
    assert.deepEqual(on.state.host.services['look.timer'], {isEnabled: true, isRunning: true, starts: 1});
    assert.ok(on.programs.some((program) => program.join(' ') === 'systemctl enable look.timer'));
    assert.deepEqual((await runTiny(want({files, services: [timer]}), on.state)).effects, []);
    const off = await runTiny(want({files, services: [{...timer, isRunning: false, isEnabled: false}]}), on.state);
    assert.deepEqual(off.effects, ['disable look.timer', 'stop look.timer']);
  });

  it('that are not there and should not run are no concern', async () => {
    const result = await runTiny(want({services: [{name: 'absent', isRunning: false, isEnabled: false}]}));
    assert.deepEqual(result.effects, []);
  });

  it('are reloaded by their command when only that is needed', async () => {
    const reload = (when: string): WantedService => ({
      ...web,
      reload: {when: [when], command: ['systemctl', 'reload', 'web.service']},
    });
    const first = await run([reload('x')]);
    assert.deepEqual((await run([reload('x')], first.state)).effects, []);
    const second = await run([reload('y')], first.state);
    assert.deepEqual(second.effects, ['reload web', 'write /var/lib/charm/tiny-0/ledger.json']);
    const both = await run([{...reload('z'), restartWhen: ['other']}], second.state);
    assert.deepEqual(both.effects, ['restart web', 'write /var/lib/charm/tiny-0/ledger.json']);
  });

  it('are restarted by the next hook when this one was killed between file and restart', async () => {
    const charm = (text: string): (() => Desired) =>
      want({
        packages: ['web'],
        files: [{path: '/etc/web.conf', content: text}],
        services: [{...web, restartWhen: [text]}],
      });
    const first = await runTiny(charm('a'));
    const killed = await runTiny(charm('b'), first.state, {
      commands: {
        systemctl: (args) => {
          if (args[0] === 'restart') {
            throw new Error('killed');
          }
          return {exitCode: 0, stdout: 'LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n', stderr: ''};
        },
      },
    });
    assert.equal(killed.exitCode, 1);
    assert.equal(killed.state.host.files['/etc/web.conf']?.content, 'b');
    const next = await runTiny(charm('b'), killed.state);
    assert.equal(next.effects[0], 'restart web');
  });

  const answer = (properties: string): Parameters<typeof runTiny>[2] => ({
    commands: {systemctl: () => ({exitCode: 0, stdout: properties, stderr: ''})},
  });

  const createAnswering = (stdout: string): Processes => ({
    run: () => Promise.resolve({exitCode: 0, stdout, stderr: ''}),
  });

  it('that do not stay up are started once a hook, not in every round', async () => {
    const failed = answer('LoadState=loaded\nActiveState=failed\nUnitFileState=enabled\n');
    const {programs, exitCode} = await runTiny(want({services: [web]}), createTinyState(), failed);
    assert.equal(exitCode, 0);
    assert.equal(programs.filter(([, verb]) => verb === 'restart').length, 1);
  });

  const comingBack = [
    'SubState=auto-restart\nNRestarts=3\n',
    'SubState=auto-restart-queued\nNRestarts=0\n',
    'SubState=start\nNRestarts=1\n',
  ].map((rest) => `LoadState=loaded\nActiveState=activating\nUnitFileState=enabled\n${rest}`);

  it('that systemd starts again and again are not running, and are left to it until something changed', async () => {
    for (const properties of comingBack) {
      const plan = async (services: readonly WantedService[], state?: UnitState): Promise<RunHookResult> =>
        runTiny(want({services}), state ?? createTinyState(), answer(properties));
      const getVerbs = ({programs}: RunHookResult): unknown[] => programs.map(([, verb]) => verb);
      assert.equal((await readServices(createAnswering(properties), ['web'])).get('web')?.isRunning, false);
      assert.deepEqual(getVerbs(await plan([{name: 'web', isRunning: true}])), ['show']);
      assert.equal((await plan([web])).programs.filter(([, verb]) => verb === 'restart').length, 1);
      assert.equal(getVerbs(await plan([{name: 'web', isRunning: false}]))[1], 'stop');
    }
  });

  it('that are starting for the first time run', async () => {
    const starting = 'LoadState=loaded\nActiveState=activating\nSubState=start\nNRestarts=0\nUnitFileState=enabled\n';
    assert.equal((await readServices(createAnswering(starting), ['web'])).get('web')?.isRunning, true);
    const {programs} = await runTiny(
      want({services: [{name: 'web', isRunning: true}]}),
      createTinyState(),
      answer(starting),
    );
    assert.deepEqual(
      programs.map(([, verb]) => verb),
      ['show'],
    );
  });

  it('that systemd cannot enable are not enabled in every round', async () => {
    const fixed = answer('LoadState=loaded\nActiveState=active\nUnitFileState=static\n');
    for (const isEnabled of [true, false]) {
      const {programs} = await runTiny(
        want({services: [{name: 'web', isRunning: true, isEnabled}]}),
        createTinyState(),
        fixed,
      );
      assert.deepEqual(
        programs.map(([, verb]) => verb),
        ['show'],
      );
    }
  });

  it('whose unit files changed are read again first', async () => {
    let needs = 'yes';
    const commands = {
      systemctl: ([verb]: readonly string[]) => {
        needs = verb === 'daemon-reload' ? 'no' : needs;
        const stdout = `LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\nNeedDaemonReload=${needs}\n`;
        return {exitCode: 0, stdout, stderr: ''};
      },
    };
    const {programs} = await runTiny(want({services: [web]}), createTinyState(), {commands});
    assert.deepEqual(
      programs.map(([, verb]) => verb),
      ['show', 'daemon-reload', 'restart', 'show'],
    );
  });

  it('get a daemon-reload once for a drop-in of theirs, since systemd does not say that it needs one', async () => {
    const files = [{path: '/etc/systemd/system/web.service.d/overrides.conf', content: '[Service]\nRestart=always\n'}];
    const first = await runTiny(want({packages: ['web'], files, services: [web]}));
    const verbs = first.programs.map(([, verb]) => verb);
    assert.equal(verbs.filter((verb) => verb === 'daemon-reload').length, 1);
    assert.ok(verbs.indexOf('daemon-reload') < verbs.indexOf('restart'));
    assert.deepEqual((await runTiny(want({packages: ['web'], files, services: [web]}), first.state)).effects, []);
    const other = [{path: files[0]!.path, content: '[Service]\nRestart=no\n'}];
    const changed = await runTiny(want({packages: ['web'], files: other, services: [web]}), first.state);
    assert.ok(changed.programs.some(([, verb]) => verb === 'daemon-reload'));
  });

  it('are not restarted because systemd does not answer', async () => {
    const commands = {systemctl: () => ({exitCode: 1, stdout: '', stderr: 'Failed to connect to bus\n'})};
    const result = await runTiny(want({services: [web]}), createTinyState(), {commands});
    assert.equal(result.exitCode, 1);
    assert.equal(getError(result), 'ServiceError: systemctl show failed with status 1: Failed to connect to bus');
    assert.deepEqual(
      result.programs.map(([, verb]) => verb),
      ['show'],
    );
  });

  it('that fail to start fail the hook, which says which and why', async () => {
    const result = await runTiny(want({services: [{name: 'absent', isRunning: true}]}));
    assert.equal(result.exitCode, 1);
    assert.equal(
      getError(result),
      'ServiceError: systemctl restart absent failed with status 5: Failed to restart absent.service: Unit absent.service not found.',
    );
  });

  it('are read with one program, however many', async () => {
    const {state} = await run([web, {name: 'idle', isRunning: false}]);
    const {programs} = await run([web, {name: 'idle', isRunning: false}], state);
    assert.deepEqual(
      programs.map(([name]) => name),
      ['dpkg-query', 'systemctl'],
    );
  });
});

describe('relation data', () => {
  const say = (data: Record<string, string>, more = {}): (() => Desired) =>
    want({relationData: [{relationId: 'db:1', scope: 'unit', data, ...more}]});
  const own = (unitData: Record<string, string>): UnitState => createTinyState({relations: [createDb({}, {unitData})]});
  const getBag = ({state}: RunHookResult): unknown => state.relations[0]?.unitData;

  it('is what the decision has, but for what Juju writes and what is kept', async () => {
    const juju = {'private-address': '10.0.0.1', 'ingress-address': '10.0.0.1', 'egress-subnets': '10.0.0.1/32'};
    const state = own({...juju, old: 'x', secret: 'y', same: 'z', constructor: 'w'});
    const result = await runTiny(say({same: 'z', new: 'v', empty: ''}, {keep: ['secret', 'none']}), state);
    assert.deepEqual(getBag(result), {...juju, secret: 'y', same: 'z', new: 'v'});
    assert.deepEqual(result.relationWrites, ['db:1 unit']);
  });

  it('is not written when it is so already', async () => {
    const charm = say({a: 'b', empty: ''});
    const {state} = await runTiny(charm, own({}));
    const second = await runTiny(charm, state);
    assert.deepEqual(second.relationWrites, []);
    assert.deepEqual(
      second.toolCalls.filter(([tool]) => tool === 'relation-set'),
      [],
    );
  });

  it('is left alone for a relation that the decision does not name', async () => {
    const state = own({old: 'x'});
    const result = await runTiny(want({relationData: []}), state);
    assert.deepEqual(result.state.relations, state.relations);
  });

  it('has values that are generated once', async () => {
    const charm = want({
      relationData: [{relationId: 'peers:2', scope: 'application', data: {key: {generate: 'key', bytes: 16}}}],
    });
    const peer = {endpoint: 'peers', id: 2, remoteApplication: 'tiny', units: {}};
    const first = await runTiny(charm, createTinyState({leader: true, relations: [peer]}));
    const key = first.state.relations[0]?.applicationData?.['key'] ?? '';
    assert.equal(Buffer.from(key, 'base64').length, 16);
    const second = await runTiny(charm, first.state);
    assert.deepEqual(second.relationWrites, []);
  });

  it('of the application is said by the leader and read by its followers only among peers', async () => {
    const charm = want({relationData: [{relationId: 'web:3', scope: 'application', data: {a: 'b'}}]});
    const relations = [{endpoint: 'web', id: 3, remoteApplication: 'user', units: {}, remoteApplicationData: {c: 'd'}}];
    const followed = await runTiny(charm, createTinyState({relations}));
    assert.deepEqual([followed.exitCode, followed.relationWrites], [0, []]);
    const led = await runTiny(charm, createTinyState({relations, leader: true}));
    assert.deepEqual(led.relationWrites, ['web:3 application']);
    assert.deepEqual(led.state.relations[0]?.applicationData, {a: 'b'});
  });

  it('is seen by the same hook’s next decision', async () => {
    const seen: unknown[] = [];
    await runTiny(
      (view) => {
        seen.push(web.relations(view)[0]?.unitData);
        return {...STATUS, relationData: [{relationId: 'web:3', scope: 'unit', data: {a: 'b'}}]};
      },
      createTinyState({
        relations: [{endpoint: 'web', id: 3, remoteApplication: 'user', units: {}, unitData: {old: 'x'}}],
      }),
    );
    assert.deepEqual(seen, [{old: 'x'}, {a: 'b'}]);
  });

  it('may be a megabyte long and hold any text, and stands in no argument and no log line', async () => {
    const data = {big: 'SECRET'.repeat(200_000), hostile: 'SECRET "\'\n$`\\{{x}}\u2028'};
    const result = await runTiny(say(data), own({}));
    assert.deepEqual(getBag(result), data);
    assert.ok(!JSON.stringify([result.toolCalls, result.log, result.programs]).includes('SECRET'));
  });

  it('twice for one bag is a mistake of the charm', async () => {
    const bag = {relationId: 'db:1', scope: 'unit' as const};
    const result = await runTiny(
      want({
        relationData: [
          {...bag, data: {a: 'SECRET'}},
          {...bag, data: {a: 'c'}},
        ],
      }),
      own({}),
    );
    assert.equal(getError(result), 'DecisionError: the decision has two different answers for the unit data of db:1');
  });
});

describe('ports', () => {
  it('are opened and closed so that the wanted ones are open', async () => {
    const charm = want({ports: ['80', '443/tcp', '8000-8010', 'icmp']});
    const first = await runTiny(charm, createTinyState({openedPorts: ['22/tcp', '443/tcp']}));
    assert.deepEqual(first.state.openedPorts, ['443/tcp', '80/tcp', '8000-8010/tcp', 'icmp']);
    const second = await runTiny(charm, first.state);
    assert.deepEqual(
      second.toolCalls.filter(([tool = '']) => ['open-port', 'close-port'].includes(tool)),
      [],
    );
  });

  it('are left alone when the decision says nothing of them', async () => {
    const {state, toolCalls} = await runTiny(want({}), createTinyState({openedPorts: ['22/tcp']}));
    assert.deepEqual(state.openedPorts, ['22/tcp']);
    assert.ok(!toolCalls.some(([tool]) => tool === 'opened-ports'));
  });
});

describe('workload version', () => {
  it('is told when it changes, and not again', async () => {
    const first = await runTiny(want({workloadVersion: '14.0'}));
    assert.equal(first.state.workloadVersion, '14.0');
    const second = await runTiny(want({workloadVersion: '14.0'}), first.state);
    assert.ok(!second.toolCalls.some(([tool]) => tool === 'application-version-set'));
    assert.equal((await runTiny(want({workloadVersion: '15.0'}), second.state)).state.workloadVersion, '15.0');
  });
});

describe('a hook with nothing new', () => {
  it('writes nothing and calls nothing but what it reads', async () => {
    const charm = (view: Parameters<typeof db.relations>[0]): Desired => ({
      packages: ['web'],
      files: db.relations(view).map(({id}) => ({path: `/etc/${id}`, content: id})),
      services: [{name: 'web', isRunning: true, isEnabled: true, restartWhen: ['a']}],
      relationData: [{relationId: 'db:1', scope: 'unit', data: {a: 'b'}}],
      ports: ['80/tcp'],
      workloadVersion: '1.0',
      statuses: [{status: 'active', message: 'ready'}],
    });
    const units = {'mysql/0': {host: 'a'}, 'mysql/1': {host: 'b'}};
    const first = await runTiny(charm, createTinyState({relations: [createDb(units)]}));
    const second = await runTiny(charm, first.state);
    assert.equal(second.exitCode, 0);
    assert.deepEqual(getLasting(second), getLasting(first));
    assert.deepEqual(second.effects, []);
    assert.deepEqual(second.relationWrites, []);
    assert.deepEqual(second.log, []);
    assert.deepEqual(
      second.programs.map(([name]) => name),
      ['dpkg-query', 'systemctl'],
    );
    assert.deepEqual(second.toolCalls.map(([tool]) => tool).sort(), [
      'config-get',
      'is-leader',
      'opened-ports',
      'relation-get',
      'relation-get',
      'relation-get',
      'relation-ids',
      'relation-ids',
      'relation-ids',
      'relation-list',
      'status-get',
    ]);
  });
});
