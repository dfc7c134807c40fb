import assert from 'node:assert/strict';

import {createCalls, type Calls} from './calls.ts';

describe('juju-local asks before it removes', () => {
  let calls: Calls;

  beforeEach(async () => {
    calls = await createCalls();
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'small');
    await calls.print('deploy', 'rabbitmq-server', 'queue', '-n', '2');
  });

  afterEach(() => calls.remove());

  const removals = [
    {argv: ['remove-unit', 'queue/1'], yes: 'y', asked: /will remove unit queue\/1\n\nContinue \[y\/N\]\? /},
    {argv: ['remove-application', 'queue'], yes: 'YES', asked: /- will remove unit queue\/1\n\nContinue \[y\/N\]\? /},
    {argv: ['destroy-model', 'small'], yes: 'small', asked: /name of the model to be unregistered: /},
    {argv: ['kill-controller', 'memory'], yes: 'memory', asked: /name of the controller to be unregistered: /},
  ];

  for (const {argv, yes, asked} of removals) {
    const [verb = ''] = argv;

    it(`${verb}: another answer, none, or the end of input changes nothing`, async () => {
      const list = (): Promise<string> => calls.print('status', '--format', 'oneline');
      const before = await list();
      for (const answers of [[''], ['n'], ['other'], []]) {
        const {status, stderr} = await calls.answer(answers, ...argv);
        assert.equal(status, 1);
        assert.match(stderr, asked);
        assert.match(stderr, /\nERROR (?:unit|application|model|controller) (?:removal|destruction): aborted\n$/);
        assert.equal(await list(), before);
      }
    });

    it(`${verb}: goes on after "${yes}"`, async () => {
      const {status, stderr} = await calls.answer([yes], ...argv);
      assert.equal(status, 0, stderr);
      const {stdout} = await calls.run('status', '--format', 'oneline');
      assert.ok(!stdout.includes('queue/1'), stdout);
    });

    it(`${verb}: does not ask with --no-prompt`, async () => {
      const {status, stderr} = await calls.run(...argv, '--no-prompt');
      assert.equal(status, 0, stderr);
      assert.ok(!/Continue|enter the name/.test(stderr), stderr);
    });
  }

  it('says what goes with a model and with a controller', async () => {
    const model = await calls.run('destroy-model', 'small');
    assert.match(
      model.stderr,
      /destroy the "small" model and .*\n - 2 machines will be destroyed\n {2}- machine list: "0" "1"\n - 1 app/,
    );
    const controller = await calls.run('kill-controller', 'memory');
    assert.match(controller.stderr, /destroy the "memory" controller and .*\n - 1 model will be destroyed\n.*"small"/);
  });

  it('removes by force without waiting for hooks, and only by force', async () => {
    const refused = await calls.run('remove-unit', 'queue/1', '--no-wait', '--no-prompt');
    assert.deepEqual([refused.status, refused.stderr], [2, 'ERROR --no-wait without --force not valid\n']);
    await calls.print('remove-unit', 'queue/1', '--force', '--no-wait', '--no-prompt');
    assert.doesNotMatch(await calls.print('status', '--format', 'oneline'), /queue\/1/);
    assert.match(await calls.print('debug-log', '--replay'), /^unit-queue-1: .* skipped "stop" hook/m);
    await calls.print('remove-application', 'queue', '--force', '--no-wait', '--no-prompt');
    assert.doesNotMatch(await calls.print('status'), /queue/);
  });

  it('asks nothing about what is not there', async () => {
    for (const argv of [
      ['remove-unit', 'queue/7'],
      ['remove-application', 'no'],
      ['destroy-model', 'no'],
    ]) {
      const {status, stderr} = await calls.run(...argv);
      assert.equal(status, 1);
      assert.match(stderr, /^ERROR .*not found\n$/);
    }
  });

  it('does not ask where JUJU_SKIP_CONFIRMATION is true', async () => {
    for (const [text, expected] of [
      ['1', 0],
      ['true', 0],
      ['0', 1],
      ['', 1],
    ] as const) {
      const other = await createCalls({JUJU_SKIP_CONFIRMATION: text});
      try {
        await other.print('bootstrap', 'memory');
        assert.equal((await other.run('kill-controller', 'memory')).status, expected, text);
      } finally {
        await other.remove();
      }
    }
  });
});
