import type { AnalysisRead } from '@/api/gen';
import { Chip, type Tone } from '@/components/ui/chip';

type Grade = NonNullable<AnalysisRead['grade']>;

const TONES: Record<Grade, Tone> = { A: 'ok', B: 'ok', C: 'warn', D: 'bad', E: 'bad' };

export function GradeChip({ grade }: { grade: Grade }) {
  return (
    <Chip tone={TONES[grade]}>
      <span className="sr-only">Grade </span>
      <b className="font-[650]">{grade}</b>
    </Chip>
  );
}

/** A score with its grade, as lists show it. */
export function Score({ analysis }: { analysis: Pick<AnalysisRead, 'quality_score' | 'grade'> }) {
  if (analysis.quality_score === null || !analysis.grade) return <span className="text-mute">No code</span>;
  return (
    <span className="inline-flex items-center gap-2">
      <b className="num font-semibold">{analysis.quality_score.toFixed(1)}</b>
      <GradeChip grade={analysis.grade} />
    </span>
  );
}

/** Minutes of debt in words: "12 min", "3 h 20 min", "2 d 4 h" of eight hours a day. */
export function debt(minutes: number): string {
  const whole = Math.round(minutes);
  if (whole < 60) return `${whole} min`;
  const [small, large, per] = whole < 480 ? ['min', 'h', 60] : ['h', 'd', 8];
  const units = whole < 480 ? whole : Math.round(whole / 60);
  const rest = units % per;
  return `${Math.floor(units / per)} ${large}${rest ? ` ${rest} ${small}` : ''}`;
}
