import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import fc from 'fast-check';

import {createProcesses} from '#charm';

import {PACKAGE_DEFECTS, renderMending} from './package-defects.ts';

describe('what apt mends on machines', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mending-'));
  });

  afterEach(async () => {
    await rm(folder, {recursive: true, force: true});
  });

  async function mend(file: string, wrong: string, right: string): Promise<void> {
    const script = join(folder, 'script');
    await writeFile(script, Object.values(renderMending([{file, wrong, right}]))[0] ?? '');
    const {exitCode, stderr} = await createProcesses().run('sh', [script]);
    assert.equal(exitCode, 0, stderr);
  }

  it('is the wrong line alone, where it stands, once', async () => {
    const [{wrong, right} = {wrong: '', right: ''}] = PACKAGE_DEFECTS;
    const file = join(folder, 'context.py');
    await writeFile(file, `    def __init__(self):\n        ${wrong}\n        other = ${wrong}\n`);
    const mended = `    def __init__(self):\n        ${right}\n        other = ${wrong}\n`;
    for (const time of ['once', 'again']) {
      await mend(file, wrong, right);
      assert.equal(await readFile(file, 'utf8'), mended, time);
    }
  });

  it('is nothing where the package is not installed', async () => {
    await mend(join(folder, 'missing'), 'a', 'b');
  });

  it('takes every character for itself', async () => {
    const line = fc.string({minLength: 1}).filter((text) => /^[!-~]([ -~]*[!-~])?$/.test(text));
    const file = join(folder, "it's here");
    await fc.assert(
      fc.asyncProperty(line, line, async (wrong, right) => {
        await writeFile(file, `  ${wrong}\n`);
        await mend(file, wrong, right);
        assert.equal(await readFile(file, 'utf8'), `  ${right}\n`);
      }),
      {numRuns: 30},
    );
  });

  it('is called by apt after dpkg', () => {
    assert.deepEqual(Object.values(renderMending([]))[1], 'DPkg::Post-Invoke {"sh /etc/apt/mend-packages";};\n');
  });
});
