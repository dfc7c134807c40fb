import assert from 'node:assert/strict';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

import {createProcesses, type CommandResult} from '#charm';

import {ENGINE_STOP, ENGINE_STOP_OVERRIDE, ENGINE_STOP_S, getEngineStopFiles} from './engine-stop.ts';

/** What the program uses of Masakari and oslo, and a clock that goes on when somebody sleeps. */
const STAND_INS: Readonly<Record<string, string>> = {
  'sitecustomize.py': `
import time
now = [0.0]
time.monotonic = lambda: now[0]
def sleep(seconds):
    now[0] += seconds
time.sleep = sleep
`,
  'oslo_utils/__init__.py': '',
  'oslo_utils/timeutils.py': `
import datetime
def utcnow(with_timezone=False):
    return datetime.datetime(2026, 1, 1, 12, 0, 0, tzinfo=datetime.timezone.utc if with_timezone else None)
`,
  'masakari/__init__.py': '',
  'masakari/conf.py': `
class CONF:
    overrides = {}
    @classmethod
    def set_override(cls, name, value, group):
        cls.overrides[(group, name)] = value
`,
  'masakari/config.py': `
def parse_args(argv, configure_db=True, init_rpc=True):
    assert len(argv) == 1 and not configure_db and not init_rpc
`,
  'masakari/context.py': `
def get_admin_context():
    return 'admin'
`,
  'masakari/db/__init__.py': '',
  'masakari/db/sqlalchemy/__init__.py': '',
  'masakari/db/sqlalchemy/api.py': `
def configure(conf):
    assert conf.overrides == {('database', 'max_retries'): 0}
`,
  'masakari/objects.py': `
import datetime, json, os
from oslo_utils import timeutils
FOLDER = os.path.dirname(os.path.dirname(__file__))
class Notification:
    def __init__(self, name, seconds):
        self.notification_uuid = name
        self.created_at = timeutils.utcnow(with_timezone=True) - datetime.timedelta(seconds=seconds)
        self.updated_at = None
class NotificationList:
    @staticmethod
    def get_all(context, filters):
        assert context == 'admin' and filters == {'status': 'running'}
        with open(FOLDER + '/asked', 'a') as asked:
            asked.write('.')
        with open(FOLDER + '/asked') as asked, open(FOLDER + '/answers') as answers:
            found = json.load(answers)
            answer = found[min(len(asked.read()), len(found)) - 1]
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return [Notification(*one) for one in answer]
def register_all():
    pass
`,
};

/** Names of running notifications with the seconds since they began; or the text of an error. */
type Answer = readonly (readonly [string, number])[] | string;

interface Outcome {
  readonly result: CommandResult;
  /** How often the table was read. */
  readonly asked: number;
}

/** Runs the program where the table answers so, one answer after the other and the last again and again. */
async function stop(answers: readonly Answer[], mainPid = '4711'): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-stop-'));
  try {
    const program = getEngineStopFiles().find(({path}) => path === ENGINE_STOP)?.content ?? '';
    const files = {...STAND_INS, asked: '', answers: JSON.stringify(answers), 'engine-stop.py': program};
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), {recursive: true});
      await writeFile(join(folder, path), content);
    }
    const environment = {PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', MAINPID: mainPid};
    const result = await createProcesses().run('python3', [join(folder, 'engine-stop.py')], {environment});
    return {result, asked: (await readFile(join(folder, 'asked'), 'utf8')).length};
  } finally {
    await rm(folder, {recursive: true});
  }
}

describe('the stop of the engine', () => {
  it('is given more time by systemd than the program takes', () => {
    const override = getEngineStopFiles().find(({path}) => path === ENGINE_STOP_OVERRIDE)?.content ?? '';
    assert.ok(override.includes(`ExecStop=-${ENGINE_STOP}\n`));
    assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(override)?.[1]) > ENGINE_STOP_S);
  });
});

describe('the program that the stop of the engine waits for', () => {
  before(async function () {
    if ((await createProcesses().run('python3', ['-c', ''])).exitCode !== 0) this.skip();
  });

  it('is not held up when nothing is recovered', async () => {
    assert.deepEqual(await stop([[]]), {result: {exitCode: 0, stdout: '', stderr: ''}, asked: 1});
  });

  it('waits for the end of what is recovered, and says for what', async () => {
    const {result, asked} = await stop([[['one', 5]], [['one', 6]], [['two', 1]], []]);
    assert.equal(result.stderr, 'waiting for the end of one\nwaiting for the end of two\n');
    assert.deepEqual([result.exitCode, asked], [0, 4]);
  });

  it('does not wait for what lost its engine long ago', async () => {
    const {result, asked} = await stop([[['abandoned', 7200]]]);
    assert.deepEqual([result.stderr, asked], ['', 1]);
  });

  it('does not wait for ever', async () => {
    const {result, asked} = await stop([[['endless', 5]]]);
    assert.match(result.stderr, /have not ended within 300 s: the engine is stopped in the middle of them\n$/);
    assert.equal(asked, ENGINE_STOP_S + 2);
  });

  it('does not wait where the table cannot be read, and keeps what the database says to itself', async () => {
    const {result} = await stop(['mysql://masakari:secret@10.0.0.1']);
    assert.deepEqual(result, {
      exitCode: 0,
      stdout: '',
      stderr: 'whether anything is being recovered can not be read: RuntimeError\n',
    });
  });

  it('does not wait for an engine that has ended by itself', async () => {
    const {result, asked} = await stop([[['one', 5]]], '');
    assert.deepEqual([result.exitCode, asked], [0, 0]);
  });
});
