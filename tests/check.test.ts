import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const check = fileURLToPath(new URL('check.mjs', import.meta.url));

function runUnit(...args: readonly string[]): string {
  return spawnSync(process.execPath, [check, 'unit', ...args], {encoding: 'utf8'}).stdout;
}

describe('npm run unit', () => {
  it('runs the files that are named, and no others', () => {
    assert.match(runUnit('lib/charm/status.test.ts'), /^[1-9] passed, 0 failed$/m);
    assert.match(runUnit('lib/charm/{status,template}.test.ts', '--grep', 'no such test'), /^0 passed, 0 failed$/m);
  });
});
