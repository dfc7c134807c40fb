import assert from 'node:assert/strict';
import {appendFile, mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {AskedRecorder} from './asked-recorder.ts';

const stanza = (command: string): string =>
  `\nStart-Date: 2026-01-01  10:00:00\nCommandline: ${command}\nInstall: x:amd64 (1)\nEnd-Date: 2026-01-01  10:00:09\n`;

describe('what charms ask apt-get for', () => {
  let folder: string;
  let asked: Map<string, readonly string[]>;
  let recorder: AskedRecorder;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'asked-'));
    await mkdir(join(folder, 'var/log/apt'), {recursive: true});
    asked = new Map();
    recorder = new AskedRecorder(
      {
        getAsked: (hash) => Promise.resolve(asked.get(hash) ?? null),
        setAsked: (hash, packages) => {
          asked.set(hash, packages);
          return Promise.resolve();
        },
      },
      {getUpperFolder: () => folder},
    );
  });

  afterEach(async () => {
    await rm(folder, {recursive: true, force: true});
  });

  const run = (command: string): Promise<void> => appendFile(join(folder, 'var/log/apt/history.log'), stanza(command));

  it('is learned hook by hook, each charm what is new in the log after its own', async () => {
    await run('apt-get install --yes pacemaker corosync');
    await recorder.note('0', 'cluster', false);
    await run('apt-get --yes install haproxy');
    await recorder.note('0', 'api', true);
    await run('apt-get install crmsh');
    await recorder.note('0', 'cluster', true);
    assert.deepEqual(Object.fromEntries(asked), {cluster: ['corosync', 'crmsh', 'pacemaker'], api: ['haproxy']});
  });

  it('is known to be nothing only when the charm has had its say', async () => {
    await recorder.note('0', 'quiet', false);
    assert.equal(asked.has('quiet'), false);
    await recorder.note('0', 'quiet', true);
    assert.deepEqual(asked.get('quiet'), []);
  });

  it('is not taken from before the recorder was there', async () => {
    await run('apt-get install old');
    await recorder.skip('0');
    await run('apt-get install new');
    await recorder.note('0', 'charm', true);
    assert.deepEqual(asked.get('charm'), ['new']);
  });
});
