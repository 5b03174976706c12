import type { AnalysisRead } from '@/api/gen';

/**
 * The scores that lead up to an analysis, oldest first, itself included. Only those of the same types: scores of
 * another basis do not compare.
 */
export function trendTo(analysis: AnalysisRead, all: readonly AnalysisRead[], most = 20): number[] {
  const types = [...analysis.analysis_types].sort().join();
  return all
    .filter((one) => one.number <= analysis.number && [...one.analysis_types].sort().join() === types)
    .sort((a, b) => a.number - b.number)
    .flatMap((one) => (one.quality_score === null ? [] : [one.quality_score]))
    .slice(-most);
}
