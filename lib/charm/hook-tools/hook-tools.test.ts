import assert from 'node:assert/strict';

import fc from 'fast-check';
import {load} from 'js-yaml';

import type {CommandResult} from '../host.ts';
import {createHookTools, HookToolError, type HookTools} from './index.ts';

const printed = (value: unknown): CommandResult => ({exitCode: 0, stdout: `${JSON.stringify(value)}\n`, stderr: ''});
const text = (stdout: string): CommandResult => ({exitCode: 0, stdout, stderr: ''});

/** One call of one tool: what the program was started with, and what came of it. */
async function call<T>(
  answer: CommandResult,
  use: (tools: HookTools) => Promise<T>,
): Promise<{command: string; stdin: string | undefined; value: T}> {
  const calls: {command: string; stdin: string | undefined}[] = [];
  const tools = createHookTools((tool, args, stdin) => {
    calls.push({command: [tool, ...args].join(' '), stdin});
    return Promise.resolve(answer);
  });
  const value = await use(tools);
  assert.equal(calls.length, 1);
  return {...calls[0]!, value};
}

type Row = readonly [
  command: string,
  use: (tools: HookTools) => Promise<unknown>,
  answer: CommandResult,
  value: unknown,
];

const ID = 'secret:cq1';
const NETWORK = {
  'bind-addresses': [
    {
      'mac-address': 'fa:16',
      'interface-name': 'eth0',
      addresses: [{hostname: '', value: '10.0.0.5', cidr: '10.0.0.0/24'}],
    },
  ],
  'egress-subnets': ['10.0.0.5/32'],
  'ingress-addresses': ['10.0.0.5'],
};
const READ_NETWORK = {
  bindAddresses: [{interfaceName: 'eth0', macAddress: 'fa:16', addresses: [{value: '10.0.0.5', cidr: '10.0.0.0/24'}]}],
  egressSubnets: ['10.0.0.5/32'],
  ingressAddresses: ['10.0.0.5'],
};
const OLD_NETWORK = {'bind-addresses': [{addresses: [{address: '10.0.0.5', cidr: '10.0.0.0/24'}]}]};

const ROWS: readonly Row[] = [
  ['relation-ids --format=json ha', (t) => t.relationIds('ha'), printed(['ha:7']), ['ha:7']],
  ['relation-ids --format=json ha', (t) => t.relationIds('ha'), printed(null), []],
  ['relation-list --format=json -r ha:7', (t) => t.relationList('ha:7'), printed(['a/0', 'a/1']), ['a/0', 'a/1']],
  ['relation-list --format=json --app -r ha:7', (t) => t.relationListApp('ha:7'), printed('a'), 'a'],
  [
    'relation-get --format=json -r ha:7 - a/0',
    (t) => t.relationGet({relationId: 'ha:7', of: 'a/0'}),
    printed({host: 'x', number: 1, none: null}),
    {host: 'x'},
  ],
  [
    'relation-get --format=json -r ha:7 --app - a',
    (t) => t.relationGet({relationId: 'ha:7', of: 'a', app: true}),
    printed(null),
    {},
  ],
  ['relation-model-get --format=json -r ha:7', (t) => t.relationModelGet('ha:7'), printed({uuid: 'f00d'}), 'f00d'],
  ['config-get --format=json --all', (t) => t.configGet(), printed({port: 80, key: null}), {port: 80, key: null}],
  ['is-leader --format=json', (t) => t.isLeader(), printed(true), true],
  ['is-leader --format=json', (t) => t.isLeader(), printed(false), false],
  ['leader-get --format=json', (t) => t.leaderGet(), printed({a: 'b'}), {a: 'b'}],
  ['leader-set a=b=c d=', (t) => t.leaderSet({a: 'b=c', d: ''}), text(''), undefined],
  ['state-get --format=json', (t) => t.stateGet(), printed(null), {}],
  ['state-delete key', (t) => t.stateDelete('key'), text(''), undefined],
  [
    'status-get --format=json --include-data',
    (t) => t.statusGet(),
    printed({message: 'm', status: 'unknown', 'status-data': {}}),
    {status: 'unknown', message: 'm'},
  ],
  ['status-set blocked -- --x', (t) => t.statusSet({status: 'blocked', message: '--x'}), text(''), undefined],
  [
    'status-set --application active -- ',
    (t) => t.applicationStatusSet({status: 'active', message: ''}),
    text(''),
    undefined,
  ],
  ['application-version-set -- 14.0', (t) => t.applicationVersionSet('14.0'), text(''), undefined],
  ['unit-get private-address', (t) => t.unitGet('private-address'), text('10.0.0.5\n'), '10.0.0.5'],
  ['goal-state --format=json', (t) => t.goalState(), printed({units: {}}), {units: {}}],
  ['credential-get --format=json', (t) => t.credentialGet(), printed({type: 'maas'}), {type: 'maas'}],
  ['resource-get policy', (t) => t.resourceGet('policy'), text('/var/lib/r/policy.zip'), '/var/lib/r/policy.zip'],
  ['juju-log --log-level DEBUG -- --x y', (t) => t.jujuLog('DEBUG', '--x y'), text(''), undefined],
  ['juju-reboot', (t) => t.jujuReboot(), text(''), undefined],
  ['juju-reboot --now', (t) => t.jujuReboot({now: true}), text(''), undefined],
  ['network-get --format=json ha', (t) => t.networkGet('ha'), printed(NETWORK), READ_NETWORK],
  [
    'network-get --format=json -r ha:7 ha',
    (t) => t.networkGet('ha', 'ha:7'),
    printed({}),
    {bindAddresses: [], egressSubnets: [], ingressAddresses: []},
  ],
  [
    'network-get --format=json ha',
    (t) => t.networkGet('ha'),
    printed(OLD_NETWORK),
    {
      bindAddresses: [{interfaceName: '', macAddress: '', addresses: [{value: '10.0.0.5', cidr: '10.0.0.0/24'}]}],
      egressSubnets: [],
      ingressAddresses: [],
    },
  ],
  ['open-port 80/tcp', (t) => t.openPort('80/tcp'), text(''), undefined],
  ['close-port 80-90/udp', (t) => t.closePort('80-90/udp'), text(''), undefined],
  ['opened-ports --format=json', (t) => t.openedPorts(), printed(['80/tcp', 'icmp']), ['80/tcp', 'icmp']],
  ['action-get --format=json', (t) => t.actionGet(), printed({resource: 'all'}), {resource: 'all'}],
  ['action-set a.b=1 c=x=y', (t) => t.actionSet({'a.b': '1', c: 'x=y'}), text(''), undefined],
  ['action-fail -- --no', (t) => t.actionFail('--no'), text(''), undefined],
  ['action-log -- half done', (t) => t.actionLog('half done'), text(''), undefined],
  ['storage-list --format=json', (t) => t.storageList(), printed(['data/0']), ['data/0']],
  ['storage-list --format=json data', (t) => t.storageList('data'), printed([]), []],
  [
    'storage-get --format=json -s data/0',
    (t) => t.storageGet('data/0'),
    printed({kind: 'filesystem', location: '/srv'}),
    {kind: 'filesystem', location: '/srv'},
  ],
  ['storage-add data=2', (t) => t.storageAdd('data', 2), text(''), undefined],
  [
    'secret-add --label key --owner unit --file /run/s',
    (t) => t.secretAdd('/run/s', {label: 'key', owner: 'unit'}),
    text(`${ID}\n`),
    ID,
  ],
  [
    `secret-set ${ID} --rotate daily --file /run/s`,
    (t) => t.secretSet(ID, '/run/s', {rotate: 'daily'}),
    text(''),
    undefined,
  ],
  [`secret-get --format=json ${ID}`, (t) => t.secretGet(ID), printed({key: 'v'}), {key: 'v'}],
  [`secret-get --format=json ${ID} --peek`, (t) => t.secretGet(ID, 'peek'), printed({key: 'v'}), {key: 'v'}],
  [`secret-get --format=json ${ID} --refresh`, (t) => t.secretGet(ID, 'refresh'), printed({key: 'v'}), {key: 'v'}],
  [
    `secret-info-get --format=json ${ID}`,
    (t) => t.secretInfoGet(ID),
    printed({cq1: {revision: 3, label: 'key', owner: 'unit'}}),
    {revision: 3, label: 'key', owner: 'unit'},
  ],
  [`secret-grant ${ID} -r ha:7`, (t) => t.secretGrant(ID, 'ha:7'), text(''), undefined],
  [`secret-grant ${ID} -r ha:7 --unit a/0`, (t) => t.secretGrant(ID, 'ha:7', 'a/0'), text(''), undefined],
  [`secret-revoke ${ID} -r ha:7`, (t) => t.secretRevoke(ID, 'ha:7'), text(''), undefined],
  [`secret-remove ${ID}`, (t) => t.secretRemove(ID), text(''), undefined],
  [`secret-remove ${ID} --revision 2`, (t) => t.secretRemove(ID, 2), text(''), undefined],
  ['secret-ids --format=json', (t) => t.secretIds(), printed(['cq1']), ['cq1']],
];

describe('hook tools', () => {
  for (const [command, use, answer, value] of ROWS) {
    it(`call ${command} and read ${answer.stdout.trim().slice(0, 50) || 'nothing'}`, async () => {
      assert.deepEqual(await call(answer, use), {command, stdin: undefined, value});
    });
  }

  it('write relation data and unit state by standard input, as YAML that holds every text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({minLength: 1}), fc.string({unit: 'binary'})), async (data) => {
        const set = await call(text(''), (t) => t.relationSet({relationId: 'ha:7', app: true, data}));
        assert.equal(set.command, 'relation-set -r ha:7 --app --file -');
        assert.deepEqual(load(set.stdin ?? ''), {...data});
        const state = await call(text(''), (t) => t.stateSet(data));
        assert.deepEqual(
          {command: state.command, stdin: state.stdin},
          {command: 'state-set --file -', stdin: set.stdin},
        );
      }),
    );
  });

  it('write no character bare that YAML folds or refuses', async () => {
    const data = {key: 'a\u007fb\u0085c\u2028d\ufeffe\ud800f \\ud800 \u{1f600}'};
    const {stdin = ''} = await call(text(''), (t) => t.relationSet({relationId: 'ha:7', data}));
    assert.doesNotMatch(stdin, /[\u007f-\u009f\u2028\u2029\ufeff]|[^\\]\\ud8/);
    assert.deepEqual(JSON.parse(stdin), {key: 'a\u007fb\u0085c\u2028d\ufeffe\ufffdf \\ud800 \u{1f600}'});
  });

  it('start nothing to set no results', async () => {
    const tools = createHookTools(() => Promise.reject(new Error('started')));
    await tools.actionSet({});
  });

  it('cut a log message that no argument holds, and take NUL out of it', async () => {
    const parts: string[] = [];
    const tools = createHookTools((_tool, args) => {
      parts.push(args.at(-1) ?? '');
      return Promise.resolve(text(''));
    });
    await tools.jujuLog('INFO', `\0${'€'.repeat(100_000)}`);
    assert.equal(parts.join(''), ` ${'€'.repeat(100_000)}`);
    assert.ok(parts.every((part) => Buffer.byteLength(part) < 131_072));
    await tools.jujuLog('INFO', '');
    assert.equal(parts.at(-1), '');
  });

  it('throw an error with tool, exit status and stderr, and the first line of it as message', async () => {
    const answer = {exitCode: 1, stdout: 'x', stderr: 'ERROR permission denied\nmore\n'};
    await assert.rejects(
      call(answer, (t) => t.leaderSet({key: 'SECRET'})),
      (error) => {
        assert.ok(error instanceof HookToolError);
        const {tool, exitCode, stderr, message, isRelationNotFound, isNetworkNotFound} = error;
        assert.deepEqual(
          {tool, exitCode, stderr, isRelationNotFound, isNetworkNotFound},
          {tool: 'leader-set', exitCode: 1, stderr: answer.stderr, isRelationNotFound: false, isNetworkNotFound: false},
        );
        assert.equal(message, 'leader-set exited with status 1: ERROR permission denied');
        return true;
      },
    );
  });

  it('know a relation and a network that are not there from other errors', () => {
    const relation = new HookToolError(
      'relation-get',
      2,
      'ERROR invalid value "ha:9" for option -r: Relation not found\n',
    );
    assert.equal(relation.isRelationNotFound, true);
    const network = new HookToolError('network-get', 1, 'ERROR no addresses attached to space for binding "ha"\n');
    assert.equal(network.isNetworkNotFound, true);
    assert.equal(network.isRelationNotFound, false);
  });

  it('take output that is no JSON for an error which does not repeat it', async () => {
    await assert.rejects(
      call(text('SECRET'), (t) => t.configGet()),
      (error) => {
        assert.ok(error instanceof HookToolError);
        assert.equal(error.message, 'config-get exited with status 0: printed something that is not JSON');
        return true;
      },
    );
  });

  it('give a value of the promised type whatever is printed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const answer = printed(value);
        const [ids, app, bag, leader, status, network] = await Promise.all([
          call(answer, (t) => t.relationIds('a')),
          call(answer, (t) => t.relationListApp('a:1')),
          call(answer, (t) => t.relationGet({relationId: 'a:1', of: 'a/0'})),
          call(answer, (t) => t.isLeader()),
          call(answer, (t) => t.statusGet()),
          call(answer, (t) => t.networkGet('a')),
        ]);
        assert.ok(ids.value.every((id) => typeof id === 'string'));
        assert.equal(typeof app.value, 'string');
        assert.ok(Object.values(bag.value).every((item) => typeof item === 'string'));
        assert.equal(typeof leader.value, 'boolean');
        assert.deepEqual(
          Object.values(status.value).map((item) => typeof item),
          ['string', 'string'],
        );
        assert.ok(Array.isArray(network.value.bindAddresses));
      }),
    );
  });
});
