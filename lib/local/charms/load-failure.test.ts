import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

import {createModel} from '../create-model.ts';

const DECLARATION = 'type: charm\nsummary: s\ndescription: d\nbase: ubuntu@22.04\nplatforms: {amd64: }\n';

describe('deploying a charm whose program cannot be loaded', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'juju-local-charms-'));
  });

  afterEach(() => rm(folder, {recursive: true, force: true}));

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), {recursive: true});
    await writeFile(join(folder, path), text);
  }

  async function checkRefused(what: string, pattern: RegExp): Promise<void> {
    const model = await createModel({charmLibrary: [folder], clock: () => 0});
    const before = JSON.stringify(model.state);
    await assert.rejects(model.deploy(join(folder, what)), (error: Error) => {
      assert.match(error.message, pattern);
      assert.ok(!error.message.includes('\n'), error.message);
      return true;
    });
    assert.equal(JSON.stringify(model.state), before);
  }

  const programs = [
    {
      name: 'a syntax error by its file, line and column',
      file: 'charm.ts',
      text: 'const a: number = 1;\nexport const charm = {run( {;\n',
      pattern: /^cannot deploy charm "own": cannot load \/\S*own\/src\/charm\.ts:2:\d+: syntax error: /,
    },
    {
      name: 'one in JavaScript likewise',
      file: 'charm.mjs',
      text: '\n\nexport const = 1;\n',
      pattern: /own\/src\/charm\.mjs:3:\d+: syntax error: /,
    },
    {
      name: 'an import of a room, which only charms of this checkout can have',
      file: 'charm.mjs',
      text: "import '#charm';\n",
      pattern: /own\/src\/charm\.mjs: "#charm" resolves only inside this checkout/,
    },
    {
      name: 'what the program itself throws',
      file: 'charm.mjs',
      text: "throw new Error('no luck\\nat all');\n",
      pattern: /own\/src\/charm\.mjs: no luck$/,
    },
    {name: 'no charm', file: 'charm.mjs', text: 'export const other = 1;\n', pattern: /does not export "charm"$/},
  ];

  for (const {name, file, text, pattern} of programs) {
    it(`is refused before anything is changed: ${name}`, async () => {
      await write('own/charmcraft.yaml', `name: own\n${DECLARATION}`);
      await write(`own/src/${file}`, text);
      await checkRefused('own', pattern);
      await write('bundle.yaml', 'applications:\n  mine: {charm: ./own, num_units: 1}\n');
      await checkRefused('bundle.yaml', pattern);
    });
  }

  it('is refused when an own TypeScript has no package.json above it', async () => {
    await write('own/charmcraft.yaml', `name: own\n${DECLARATION}`);
    await write('own/src/charm.ts', "import '#charm';\nexport const charm = {run: 1};\n");
    await checkRefused('own', /"#charm" resolves only inside this checkout/);
  });
});
