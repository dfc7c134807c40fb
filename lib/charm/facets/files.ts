import {getUnique, isKept, type Desired, type WantedFile} from '../desired.ts';
import type {Facet, Step} from '../facet.ts';
import {normalizeContent} from '../file-content.ts';
import type {Files, FileState} from '../host.ts';
import type {LedgerStore} from '../ledger.ts';

/** Files with content, owner and mode. Those an earlier decision had and this one lacks are removed. */
export function createFilesFacet(files: Files, ledger: LedgerStore): Facet<Desired> {
  return {
    name: 'files',
    plan: async (decision) => {
      if (decision.files === undefined) {
        return [];
      }
      const wanted = new Map(getUnique(decision.files, ({path}) => path).map((want) => [want.path, want]));
      const recorded = (await ledger.read()).files;
      const states = await Promise.all(
        [...wanted.values()].flatMap((want) => (isKept(want) ? [] : [readPair(files, want)])),
      );
      const replace = states.filter(({have, want}) => !isSame(have, want));
      const dropped = recorded.filter((path) => !wanted.has(path));
      const kept = recorded.filter((path) => wanted.has(path));
      const managed = [...kept, ...states.map(({path}) => path)];
      return [
        // Before anything is written, so that a run that is cut short leaves no file nobody remembers.
        ...noteSteps(ledger, recorded, [...managed, ...dropped]),
        ...replace.map(({path, have, want}) => createReplaceStep(files, path, {have, want})),
        ...dropped.map((path) => ({summary: `remove ${path}`, apply: () => files.remove(path)})),
        ...(dropped.length > 0 ? noteSteps(ledger, null, managed) : []),
      ];
    },
  };
}

interface Pair {
  readonly path: string;
  readonly have: FileState | null;
  readonly want: FileState;
}

async function readPair(files: Files, file: WantedFile): Promise<Pair> {
  const {path, owner = 'root', group = 'root', mode = 0o644} = file;
  const have = await files.read(path, {owner, group});
  return {path, have, want: {...normalizeContent(file), owner, group, mode}};
}

function isSame(have: FileState | null, want: FileState): boolean {
  return (
    have !== null &&
    have.content === want.content &&
    have.encoding === want.encoding &&
    have.owner === want.owner &&
    have.group === want.group &&
    have.mode === want.mode
  );
}

function createReplaceStep(files: Files, path: string, {have, want}: Pick<Pair, 'have' | 'want'>): Step {
  const what = have?.content === want.content ? 'owner or mode of ' : '';
  return {summary: `write ${what}${path}`, apply: () => files.replace(path, want)};
}

function noteSteps(ledger: LedgerStore, before: readonly string[] | null, paths: readonly string[]): Step[] {
  const after = [...new Set(paths)].sort();
  if (before?.join('\n') === after.join('\n')) {
    return [];
  }
  return [{summary: 'note which files are the charm’s', apply: () => ledger.update({files: after})}];
}
