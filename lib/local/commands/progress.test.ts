import assert from 'node:assert/strict';

import {createProgress} from './progress.ts';

function createUser(isTerminal: boolean): {
  lines: () => string;
  pass: (ms: number) => void;
  progress: ReturnType<typeof createProgress>;
} {
  let text = '';
  let time = 0;
  const progress = createProgress({
    warn: (more) => (text += more),
    isTerminal,
    now: () => time,
  });
  return {lines: () => text, pass: (ms) => (time += ms), progress};
}

const report = {settledUnits: 0, units: 28, hooks: 1, unit: 'db/0', hook: 'start'};
const end = {settledUnits: 28, units: 28};

describe('the progress of settling', () => {
  it('is not told where it is over within a second', () => {
    const {lines, pass, progress} = createUser(false);
    pass(900);
    progress.report(report);
    progress.end(end);
    assert.equal(lines(), '');
  });

  it('without a terminal is a line every two seconds, and ends with what was reached', () => {
    const {lines, pass, progress} = createUser(false);
    for (let time = 0; time < 5_000; time += 100) {
      pass(100);
      progress.report({...report, settledUnits: 7});
    }
    progress.end(end);
    const line = 'Settling: 7/28 units, db/0 runs start\n';
    assert.equal(lines(), `${line}${line}${line}Settled: 28/28 units\n`);
  });

  it('does not say that it settled what was stopped', () => {
    const {lines, pass, progress} = createUser(false);
    pass(1_000);
    progress.report(report);
    progress.end(null);
    assert.ok(!lines().includes('Settled'));
  });

  it('on a terminal is one line that is gone at the end', () => {
    const {lines, pass, progress} = createUser(true);
    pass(1_000);
    progress.report(report);
    progress.end(end);
    assert.match(lines(), /^\r.*Settling: 0\/28 .*\r[^\n]*$/);
  });
});
