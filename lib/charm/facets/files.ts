import {getUnique, isKept, type Desired, type ShippedFile, type WantedFile} from '../desired.ts';
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
      const replacements = await Promise.all(
        [...wanted.values()].flatMap((want) => (isKept(want) ? [] : [planFile(files, want)])),
      );
      const dropped = recorded.filter((path) => !wanted.has(path));
      const kept = recorded.filter((path) => wanted.has(path));
      const managed = [...kept, ...replacements.map(({path}) => path)];
      return [
        // Before anything is written, so that a run that is cut short leaves no file nobody remembers.
        ...noteSteps(ledger, recorded, [...managed, ...dropped]),
        ...replacements.flatMap(({steps}) => steps),
        ...dropped.map((path) => ({summary: `remove ${path}`, apply: () => files.remove(path)})),
        ...(dropped.length > 0 ? noteSteps(ledger, null, managed) : []),
      ];
    },
  };
}

interface FilePlan {
  readonly path: string;
  /** None when it is as it should be. */
  readonly steps: readonly Step[];
}

async function planFile(files: Files, file: WantedFile | ShippedFile): Promise<FilePlan> {
  const {path} = file;
  if ('source' in file) {
    const {source} = file;
    const isThere = await files.isShipped(path, source);
    return {path, steps: isThere ? [] : [{summary: `put ${source} at ${path}`, apply: () => files.ship(path, source)}]};
  }
  const {owner = 'root', group = 'root', mode = 0o644} = file;
  const have = await files.read(path, {owner, group});
  const want = {...normalizeContent(file), owner, group, mode};
  return {path, steps: isSame(have, want) ? [] : [createReplaceStep(files, path, {have, want})]};
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

function createReplaceStep(
  files: Files,
  path: string,
  {have, want}: {readonly have: FileState | null; readonly want: FileState},
): Step {
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
