import assert from 'node:assert/strict';
import {fileURLToPath} from 'node:url';

import {createProcesses} from '#charm';

const check = fileURLToPath(new URL('check.mjs', import.meta.url));

/** How many tests `npm run unit` says have passed. */
async function countPassed(...args: readonly string[]): Promise<number> {
  const {stdout} = await createProcesses().run(process.execPath, [check, 'unit', ...args]);
  return Number(/^(?<count>\d+) passed, 0 failed$/m.exec(stdout)?.groups?.['count']);
}

describe('npm run unit', () => {
  it('runs the files that are named, and no others', async () => {
    const count = await countPassed('lib/charm/status.test.ts');
    assert.ok(count > 0 && count < 20, String(count));
    assert.ok((await countPassed('lib/charm/status.test.ts', '--bail', 'lib/charm/template.test.ts')) > count);
  });
});
