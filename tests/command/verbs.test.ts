import assert from 'node:assert/strict';

import {createCalls, type Calls} from './calls.ts';

describe('the verbs of juju-local', () => {
  let calls: Calls;

  before(async () => {
    calls = await createCalls();
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'openstack');
    await calls.print('deploy', './bundles/openstack-base.yaml', '--overlay', 'overlays/masakari.yaml');
  });

  after(() => calls.remove());

  it('bootstrap says where state is kept', async () => {
    const {stderr} = await calls.run('bootstrap', 'memory', 'second');
    assert.match(stderr, /Its state is kept in \/.*\/data; nothing runs between commands/);
    await calls.print('switch', 'memory:openstack');
  });

  it('controllers lists them for people and for programs', async () => {
    const about = {user: 'admin', access: 'superuser', cloud: 'memory', region: 'local', 'agent-version': '3.6.4'};
    assert.deepEqual(JSON.parse(await calls.print('controllers', '--format', 'json')), {
      controllers: {
        memory: {...about, 'current-model': 'openstack', 'model-count': 1},
        second: {...about, 'model-count': 0},
      },
      'current-controller': 'memory',
    });
    assert.match(await calls.print('controllers'), /^memory\* +openstack +admin +superuser +memory\/local +1 /m);
  });

  it('remove-relation refuses peer relations, by id and by endpoints', async () => {
    const text = await calls.print('show-unit', 'hacluster/0', '--endpoint', 'hanode', '--format', 'json');
    const [, id = ''] = /"relation-id":(\d+)/.exec(text) ?? [];
    for (const words of [[id], ['hacluster:hanode'], ['hacluster:hanode', 'hacluster:hanode']]) {
      const {status, stderr} = await calls.run('remove-relation', ...words);
      assert.equal(status, 1);
      assert.equal(stderr, 'ERROR cannot remove relation "hacluster:hanode": is a peer relation\n');
    }
    assert.equal(await calls.print('show-unit', 'hacluster/0', '--endpoint', 'hanode', '--format', 'json'), text);
  });

  it('debug-log --limit and -n show the last lines', async () => {
    const all = await calls.print('debug-log', '--replay');
    const last = (count: number): string =>
      all
        .split('\n')
        .slice(-1 - count)
        .join('\n');
    assert.equal(await calls.print('debug-log', '--limit', '3'), last(3));
    assert.equal(await calls.print('debug-log', '--replay', '--limit', '3'), last(3));
    assert.equal(await calls.print('debug-log', '-n', '4'), last(4));
    assert.equal(await calls.print('debug-log', '--limit', '0'), '');
    assert.equal(await calls.print('debug-log'), last(10));
  });

  it('status of a principal shows its subordinates too', async () => {
    const text = await calls.print('status', 'nova-compute');
    for (const expected of [/^masakari-monitors /m, /^pacemaker-remote /m, /^ {2}masakari-monitors\/\d/m]) {
      assert.match(text, expected);
    }
    assert.ok(!/^keystone/m.test(text), text);
  });

  it('config shows and sets trust, which every application has', async () => {
    assert.equal(await calls.print('config', 'masakari', 'trust'), 'false\n');
    const refused = await calls.run('config', 'masakari', 'trust=perhaps');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^ERROR option "trust" expected boolean, got "perhaps"\n$/);
    await calls.print('config', 'masakari', 'trust=true');
    assert.equal(await calls.print('config', 'masakari', 'trust'), 'true\n');
    assert.match(
      await calls.print('config', 'masakari'),
      /^application-config:\n {2}trust:\n {4}default: false\n(?: {4}.*\n)* {4}source: user\n {4}type: bool\n {4}value: true\n/m,
    );
    await calls.print('config', 'masakari', '--reset', 'trust');
    assert.equal(await calls.print('config', 'masakari', 'trust'), 'false\n');
  });

  it('help on an unknown verb is an error like the verb itself', async () => {
    for (const argv of [['nosuch'], ['help', 'nosuch']]) {
      const {status, stderr, stdout} = await calls.run(...argv);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^ERROR .*"nosuch" is not a juju-local command.*\n$/);
    }
    for (const argv of [['help'], ['help', 'status'], ['--help'], ['help', 'help']]) {
      assert.equal((await calls.run(...argv)).status, 0, argv.join(' '));
    }
  });

  it('--version is that of Juju, with its system and processors', async () => {
    assert.match(await calls.print('--version'), /^3\.6\.\d+-genericlinux-[a-z\d]+\n$/);
  });

  it('help on bootstrap names the clouds and what can be set for each', async () => {
    const help = await calls.print('help', 'bootstrap');
    assert.match(help, /^ {2}memory {2,}\S/m);
    assert.match(help, /^ {2}machines {2,}\S.*\n {4}--config maas-url=URL {2,}\S/m);
  });

  it('run says what is missing of a unit and an action, and which word is neither', async () => {
    for (const [words, reason] of [
      [[], 'no unit specified'],
      [['hacluster/0'], 'no action specified'],
      [['hacluster/x', 'status'], 'invalid unit or action name "hacluster/x"'],
    ] as const) {
      const {status, stderr} = await calls.run('run', ...words);
      assert.deepEqual([status, stderr], [2, `ERROR ${reason}\n`]);
    }
  });

  it('actions, run, show-task and show-operation fit together', async () => {
    const actions = await calls.print('actions', 'hacluster');
    assert.match(actions, /^Action +Description\n/);
    const [, action = ''] = /\n(status)\b/.exec(actions) ?? [];
    const {status, stderr} = await calls.run('run', 'hacluster/0', 'hacluster/1', action, '--background');
    assert.equal(status, 0, stderr);
    const [, operation = ''] = /'juju-local show-operation (\d+)'/.exec(stderr) ?? [];
    const text = await calls.print('show-operation', operation);
    assert.match(text, /^action:\n {2}name: status\n {2}parameters: \{\}\nstatus: completed\n/);
    const [, task = ''] = /^tasks:\n {2}"(\d+)":\n {4}host: hacluster\/0\n/m.exec(text) ?? [];
    assert.match(await calls.print('show-task', task), new RegExp(`^id: "${task}"\n(?:.*\n)*unit: hacluster/0\n$`));
    assert.match((await calls.run('show-task', '999')).stderr, /^ERROR task "999" not found\n$/);
    assert.match((await calls.run('show-operation', '999')).stderr, /^ERROR operation "999" not found\n$/);
  });
});
