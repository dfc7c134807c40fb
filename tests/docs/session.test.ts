import assert from 'node:assert/strict';

import {createCalls, type Calls} from '../command/calls.ts';
import {getBlocks, readPages, type Block} from './guide.ts';

/** A command of the guide, and what the guide says that it prints. */
interface Step {
  readonly page: string;
  readonly command: string;
  readonly printed: readonly string[];
}

function getSteps({page, lines}: Block): readonly Step[] {
  const starts = lines.flatMap((line, index) => (line.startsWith('$ juju ') ? [index] : []));
  return starts.map((start, index) => ({
    page,
    command: (lines[start] ?? '').slice('$ juju '.length),
    printed: lines.slice(start + 1, starts[index + 1]),
  }));
}

/** What is different in every model, the same in all. */
function normalise(text: string): string {
  return text.replaceAll(/juju-[0-9a-f]{6}-/g, 'juju-HASH-').replaceAll(/[ \t]+$/gm, '');
}

/** Whether these are the lines that are wanted, where `...` stands for any number of them. */
function isLike(lines: readonly string[], [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return lines.length === 0;
  if (first !== '...') return lines[0] === first && isLike(lines.slice(1), rest);
  return Array.from({length: lines.length + 1}, (_, skipped) => lines.slice(skipped)).some((left) =>
    isLike(left, rest),
  );
}

/** The lines that are not empty. */
function getLines(text: string): readonly string[] {
  return normalise(text)
    .split('\n')
    .filter((line) => line !== '');
}

describe('what the operator’s guide has printed by the memory cloud', () => {
  const steps = readPages()
    .flatMap(getBlocks)
    .filter(({kind}) => kind === 'console memory')
    .flatMap(getSteps);
  let calls: Calls;

  before(async () => {
    calls = await createCalls();
    await calls.print('bootstrap', 'memory');
    await calls.print('add-model', 'openstack');
    await calls.print('deploy', './bundles/openstack-base.yaml');
  });

  after(() => calls.remove());

  it('is there', () => {
    assert.ok(steps.length > 0);
  });

  for (const {page, command, printed} of steps) {
    it(`${page}: juju ${command}`, async () => {
      const {status, stdout, stderr} = await calls.run(...command.split(' '));
      // A failed action is said beside what is printed; of what only says how things go on the guide shows nothing.
      const failure = stderr.split('\n').filter((line) => line.startsWith('Action id '));
      assert.ok(status === 0 || failure.length > 0, stderr);
      const text = printed.length === 0 ? '' : [stdout, ...failure].join('\n');
      assert.ok(
        isLike(getLines(text), getLines(printed.join('\n'))),
        `it prints\n${text}\nand not\n${printed.join('\n')}`,
      );
    });
  }
});
