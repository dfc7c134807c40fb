import type {Story} from '../story.ts';
import type {Verdict} from './guest-watch.ts';

/** A sentence about what a watch has seen, for people. */
export function summarise({problems, starts, looks}: Verdict): string {
  const seen = `The watch on all guests has seen ${String(starts)} starts, and looked ${String(looks)} times at all processes`;
  return problems.length === 0
    ? `${seen}: none ran twice, nor was to.`
    : [`${seen}. A guest ran twice, or was to:`, ...problems.map((problem) => `    ${problem}`)].join('\n');
}

/** What of a verdict fails a story: any guest that was started twice; or that none was, where the story is about that. */
export function findFaults({isTwice = false}: Pick<Story, 'isTwice'>, {problems}: Verdict): readonly string[] {
  if (!isTwice) return problems;
  return problems.some((problem) => problem.includes('was started on'))
    ? []
    : ['the watch has not seen the guest that was started twice'];
}
