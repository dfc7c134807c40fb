import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import type {Bind} from '../ports.ts';
import {getMountCommand, setMachineBinds} from './binds.ts';
import {getMachine} from './machine.fixture.ts';
import {getMachinePaths} from './names.ts';
import {readRecord, writeRecord, type MachineRecord} from './record.ts';

const DATA: Bind = {from: '/data', to: '/srv/data', isWritable: true};

describe('what a machine sees of the host', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'binds-'));
    await mkdir(getMachinePaths(folder, '0').folder, {recursive: true});
  });
  afterEach(() => rm(folder, {recursive: true}));

  it('is written down for its next boot, and nothing is run while it is off', async () => {
    const record: MachineRecord = {
      spec: {machine: getMachine('0', 'tidy-goose'), layers: [], binds: []},
      wanted: 'off',
      isLinked: true,
    };
    await writeRecord(folder, record);
    const refuse = (): never => assert.fail('a program is started');
    const ports = {
      processes: {run: refuse},
      long: {follow: refuse, startDetached: refuse, runAttached: refuse},
      progress: refuse,
    };
    await setMachineBinds({ports, folder}, '0', [DATA]);
    const kept = await readRecord(folder, '0');
    assert.deepEqual(kept.spec, {...record.spec, binds: [DATA]});
  });

  it('is never mounted on the host itself', () => {
    for (const leader of [0, 1, -1, Number.NaN]) assert.throws(() => getMountCommand(leader, DATA), RangeError);
    const command = getMountCommand(4711, {...DATA, isWritable: false});
    assert.deepEqual(command.slice(3, 8), ['/data', 'nsenter', '--target', '4711', '--all']);
    assert.deepEqual(command.slice(-3, -1), ['/srv/data', 'ro']);
  });
});
