/** What a task can require, in words. */
import type { RequirementRead } from '@/api/gen';

export type Kind = RequirementRead['kind'];

export const KINDS: Record<Kind, { word: string; hint: string }> = {
  analysis_score: { word: 'A score of at least', hint: 'Of the newest analysis of the newest source.' },
  no_new_high: { word: 'No new high finding', hint: 'None that came since the task is there.' },
  tests_green: { word: 'Tests that pass', hint: 'All that the newest analysis ran.' },
};

/** One requirement as a line. */
export function requirement({ kind, at_least }: RequirementRead): string {
  return at_least === null ? KINDS[kind].word : `${KINDS[kind].word} ${at_least}`;
}
