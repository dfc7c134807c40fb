import assert from 'node:assert/strict';

import {addRelation, inferEndpoints} from '../uniter/relations.ts';
import {commitWrites} from '../uniter/commit.ts';
import {createHookContext, type HookContext} from '../uniter/hook-context.ts';
import {setLeader} from '../uniter/leadership.ts';
import {settle} from '../uniter/settle.ts';
import {addFixtureApplication, createFixture, type Fixture} from '../uniter/world.fixture.ts';
import {createHookTools, TOOL_NAMES} from './index.ts';

const CONFIG = `options:
  name: {type: string, default: "", description: d}
  size: {type: int, default: 3, description: d}
  ratio: {type: float, description: d}
  debug: {type: boolean, default: false, description: d}
`;

interface Bench extends Fixture {
  /** Runs a tool as a unit and gives its exit status and what it printed, on whichever stream. */
  call(unit: string, tool: string, ...args: string[]): Promise<[number, string]>;
  open(unit: string): HookContext;
}

/** Two databases and two users of them; db/0 and web/0 lead; the relation's id is 2. */
async function createBench(): Promise<Bench> {
  const fixture = createFixture(1);
  const {world} = fixture;
  await addFixtureApplication(fixture, 'db', {
    metadata: 'provides: {db: {interface: sql}}\npeers: {cluster: {interface: p}}\nextra-bindings: {admin: null}',
    config: CONFIG,
    units: 2,
    settings: {size: 5},
  });
  await addFixtureApplication(fixture, 'web', {
    metadata: 'requires: {store: {interface: sql}}\npeers: {ring: {interface: p}}',
    units: 2,
  });
  await addFixtureApplication(fixture, 'other', {units: 1});
  addRelation(world, inferEndpoints(world, 'web:store', 'db:db'));
  await settle(world);
  for (const name of ['db', 'web']) {
    const application = world.model.applications[name];
    if (application !== undefined) setLeader(world, application, `${name}/0`);
  }
  await settle(world);
  const open = (unit: string): HookContext => createHookContext(world, world.model.units[unit]!, {});
  return {
    ...fixture,
    open,
    call: async (unit, tool, ...args) => {
      const {exitCode, stdout, stderr} = await createHookTools(open(unit), () => false)(tool, args);
      return [exitCode, stdout + stderr];
    },
  };
}

describe('hook tools', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });

  describe('for application data', () => {
    const rows: [string, string, string[], [number, string]][] = [
      ['the leader reads its own', 'db/0', ['relation-get', '-r', '2', '--app', '-', 'db'], [0, '{}\n']],
      ['a follower may not', 'db/1', ['relation-get', '-r', '2', '--app', '-', 'db'], [1, 'ERROR permission denied\n']],
      ['the leader reads the remote', 'db/0', ['relation-get', '-r', '2', '--app', '-', 'web'], [0, '{}\n']],
      ['a follower reads the remote', 'db/1', ['relation-get', '-r', '2', '--app', '-', 'web'], [0, '{}\n']],
      ['a leader reads its own of peers', 'db/0', ['relation-get', '-r', '0', '--app', '-', 'db'], [0, '{}\n']],
      ['a follower reads its own of peers', 'db/1', ['relation-get', '-r', '0', '--app', '-', 'db'], [0, '{}\n']],
      ['the leader writes', 'db/0', ['relation-set', '-r', '2', '--app', 'a=b'], [0, '']],
      [
        'a follower may not write',
        'db/1',
        ['relation-set', '-r', '2', '--app', 'a=b'],
        [1, 'ERROR cannot write relation settings\n'],
      ],
      ['the leader writes to peers', 'db/0', ['relation-set', '-r', '0', '--app', 'a=b'], [0, '']],
      [
        'a follower may not write to peers',
        'db/1',
        ['relation-set', '-r', '0', '--app', 'a=b'],
        [1, 'ERROR cannot write relation settings\n'],
      ],
    ];
    for (const [name, unit, [tool = '', ...args], expected] of rows) {
      it(name, async () => {
        assert.deepEqual(await bench.call(unit, tool, ...args), expected);
      });
    }
  });

  it('refuse wrong relations, units and command lines in the words of Juju', async () => {
    const rows: [string[], [number, string]][] = [
      [['relation-ids'], [2, 'ERROR no endpoint name specified\n']],
      [
        ['relation-ids', 'unknown'],
        [0, ''],
      ],
      [['relation-list'], [2, 'ERROR no relation id specified\n']],
      [
        ['relation-list', '-r', 'x'],
        [2, 'ERROR invalid value "x" for option -r: invalid relation id\n'],
      ],
      [
        ['relation-list', '-r', 'db:99'],
        [2, 'ERROR invalid value "db:99" for option -r: relation not found\n'],
      ],
      [
        ['relation-get', '-r', '2'],
        [2, 'ERROR no unit or application specified\n'],
      ],
      [
        ['relation-get', '-r', '2', '-', 'web'],
        [2, 'ERROR expected unit name, got application name "web"\n'],
      ],
      [
        ['relation-get', '-r', '2', '-', 'web/99'],
        [1, 'ERROR permission denied\n'],
      ],
      [
        ['relation-get', '-r', '2', '-', 'other/0'],
        [1, 'ERROR permission denied\n'],
      ],
      [
        ['relation-set', '-r', '2', 'a'],
        [2, 'ERROR expected "key=value", got "a"\n'],
      ],
      [
        ['relation-set', '-r', '2', 'a=1', 'a=2'],
        [2, 'ERROR key "a" specified more than once\n'],
      ],
      [
        ['relation-set', '-r', '2', '--format=json', 'a=1'],
        [0, '--format flag deprecated for command "relation-set"'],
      ],
      [
        ['config-get', '--all', 'size'],
        [2, 'ERROR cannot use argument --all together with key "size"\n'],
      ],
      [
        ['config-get', 'size', 'x', 'y'],
        [2, 'ERROR unrecognized args: ["x" "y"]\n'],
      ],
      [
        ['is-leader', '--nope'],
        [2, 'ERROR option provided but not defined: --nope\n'],
      ],
      [
        ['is-leader', '--format', 'xml'],
        [2, 'ERROR invalid value "xml" for option --format: unknown format "xml"\n'],
      ],
      [['status-set'], [2, 'ERROR invalid args, require <status> [message]\n']],
      [
        ['status-set', 'error'],
        [2, 'ERROR invalid status "error", expected one of [maintenance blocked waiting active]\n'],
      ],
      [['network-get'], [2, 'ERROR no arguments specified\n']],
      [
        ['network-get', 'nothing'],
        [1, `ERROR binding name "nothing" not defined by the unit's charm\n`],
      ],
      [
        ['open-port', '5-1'],
        [2, 'ERROR invalid port range 5-1/tcp\n'],
      ],
      [
        ['open-port', '70000'],
        [2, 'ERROR port range bounds must be between 0 and 65535, got 70000-70000\n'],
      ],
      [
        ['open-port', '80/sctp'],
        [2, 'ERROR invalid protocol "sctp", expected "tcp", "udp", or "icmp"\n'],
      ],
      [['action-get'], [1, 'ERROR not running an action\n']],
      [
        ['state-get', '--strict', 'x'],
        [1, 'ERROR "x" not found\n'],
      ],
      [['juju-log'], [2, 'ERROR no message specified\n']],
      [['credential-get'], [1, 'ERROR cannot access cloud credentials: permission denied\n']],
      [['nothing-get'], [1, 'ERROR bad request: unknown command: nothing-get\n']],
    ];
    for (const [[tool = '', ...args], expected] of rows) {
      assert.deepEqual(await bench.call('db/0', tool, ...args), expected, [tool, ...args].join(' '));
    }
  });

  it('print smart, json and yaml as Juju does', async () => {
    const rows: [string[], string][] = [
      [['config-get', 'name'], ''],
      [['config-get', 'name', '--format=json'], '""\n'],
      [['config-get', 'name', '--format=yaml'], '""\n'],
      [['config-get', 'size'], '5\n'],
      [['config-get', 'debug'], 'False\n'],
      [['config-get', 'debug', '--format', 'yaml'], 'false\n'],
      [['config-get', 'ratio', '--format', 'json'], 'null\n'],
      [['config-get', 'ratio', '--format', 'yaml'], ''],
      [['config-get', '--format', 'json'], '{"debug":false,"name":"","size":5}\n'],
      [['config-get', '--all', '--format', 'json'], '{"debug":false,"name":"","ratio":null,"size":5}\n'],
      [['config-get'], 'debug: false\nname: ""\nsize: 5\n'],
      [['relation-ids', 'db'], 'db:2\n'],
      [['relation-ids', 'db', '--format=json'], '["db:2"]\n'],
      [['relation-list', '-r', 'db:2'], 'web/0\nweb/1\n'],
      [['relation-list', '--app', '-r', '2', '--format=json'], '"web"\n'],
      [['relation-get', '-r', '2', 'private-address', 'web/0'], '10.0.0.12\n'],
      [['relation-get', '-r', '2', 'nothing', 'web/0', '--format=json'], 'null\n'],
      [['is-leader'], 'True\n'],
      [['status-get'], 'unknown\n'],
      [['unit-get', 'private-address'], '10.0.0.10\n'],
      [['network-get', 'admin', '--bind-address'], '10.0.0.10\n'],
      [['network-get', '--primary-address', 'db', '--format=json'], '"10.0.0.10"\n'],
      [['state-get', '--format=json'], '{}\n'],
      [['opened-ports'], ''],
    ];
    for (const [[tool = '', ...args], expected] of rows) {
      assert.deepEqual(await bench.call('db/0', tool, ...args), [0, expected], [tool, ...args].join(' '));
    }
  });

  it('keep writes until the hook has succeeded, visible to the writer only', async () => {
    const context = bench.open('db/0');
    const tools = createHookTools(context, () => false);
    await tools('relation-set', ['-r', '2', '--file', '-'], '{"a": "1", "n": 2, "t": "true"}');
    await tools('relation-set', ['-r', '2', 'private-address=']);
    await tools('state-set', ['empty=', 'x=1']);
    await tools('open-port', ['443']);
    const own = await tools('relation-get', ['-r', '2', '--format=json', '-', 'db/0']);
    assert.deepEqual(Object.keys(JSON.parse(own.stdout) as object).sort(), [
      'a',
      'egress-subnets',
      'ingress-address',
      'n',
      't',
    ]);
    assert.deepEqual(await bench.call('web/0', 'relation-get', '-r', '2', 'a', 'db/0'), [0, '']);
    assert.equal(commitWrites(context), null);
    assert.deepEqual(await bench.call('web/0', 'relation-get', '-r', '2', 'n', 'db/0'), [0, '2\n']);
    assert.deepEqual(await bench.call('db/0', 'state-get', '--format=json'), [0, '{"empty":"","x":"1"}\n']);
    assert.deepEqual(await bench.call('db/0', 'opened-ports'), [0, '443/tcp\n']);
    const before = bench.world.model.writes.relationData;
    await createHookTools(context, () => false)('relation-set', ['-r', '2', 'a=1']);
    commitWrites(context);
    assert.equal(bench.world.model.writes.relationData, before, 'the same value is no write');
  });

  it('show a remote databag as the hook first saw it', async () => {
    const reader = createHookTools(bench.open('web/0'), () => false);
    await reader('relation-get', ['-r', '2', 'a', 'db/0']);
    const writer = bench.open('db/0');
    await createHookTools(writer, () => false)('relation-set', ['-r', '2', 'a=late']);
    commitWrites(writer);
    assert.equal((await reader('relation-get', ['-r', '2', 'a', 'db/0'])).stdout, '');
  });

  it('never name a value that they refuse to read', async () => {
    const tools = createHookTools(bench.open('db/0'), () => false);
    for (const stdin of ['{"key": {"password": "hunter2"}}', 'key: [hunter2]', '{hunter2', 'hunter2: : -']) {
      const {exitCode, stderr} = await tools('relation-set', ['-r', '2', '--file', '-'], stdin);
      assert.equal(exitCode, 1, stdin);
      assert.ok(!stderr.includes('hunter2') || stdin.startsWith('hunter2'), stderr);
    }
  });

  it('share secrets with whom they were granted, at the revision that the reader follows', async () => {
    const owner = bench.open('db/0');
    const tools = createHookTools(owner, () => false);
    const id = (await tools('secret-add', ['--label', 'main', 'password=one'])).stdout.trim();
    assert.match(id, /^secret:[0-9a-v]{20}$/);
    assert.equal((await bench.call('web/0', 'secret-get', id))[0], 1, 'not there before the hook has succeeded');
    commitWrites(owner);
    assert.deepEqual(await bench.call('web/0', 'secret-get', id), [1, 'ERROR permission denied\n']);
    const granting = bench.open('db/0');
    await createHookTools(granting, () => false)('secret-grant', [id, '-r', '2']);
    commitWrites(granting);
    const reading = bench.open('web/0');
    assert.equal((await createHookTools(reading, () => false)('secret-get', [id])).stdout, 'password: one\n');
    commitWrites(reading);
    const changing = bench.open('db/0');
    await createHookTools(changing, () => false)('secret-set', [id, 'password=two']);
    commitWrites(changing);
    assert.deepEqual(await bench.call('web/0', 'secret-get', id, 'password'), [0, 'one\n']);
    assert.deepEqual(await bench.call('web/0', 'secret-get', id, 'password', '--peek'), [0, 'two\n']);
    assert.equal((await bench.call('db/1', 'secret-add', 'password=x'))[1], 'ERROR this unit is not the leader\n');
  });

  it('fail when their hook is over', async () => {
    const {exitCode, stderr} = await createHookTools(bench.open('db/0'), () => true)('is-leader', []);
    assert.deepEqual([exitCode, stderr.startsWith('ERROR bad request')], [1, true]);
  });

  it('are all that Juju 3.6 has on a machine', () => {
    assert.equal(TOOL_NAMES.length, 42 - 2);
  });
});
