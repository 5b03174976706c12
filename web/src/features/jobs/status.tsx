import { Ban, Check, Circle, CircleDashed, Clock, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { JobSummary } from '@/api/gen';
import { Chip, type Tone } from '@/components/ui/chip';

export type Status = JobSummary['status'];

export const STATUSES: Record<Status, { word: string; tone: Tone; icon: ReactNode }> = {
  waiting: { word: 'Waiting', tone: 'wait', icon: <Clock /> },
  queued: { word: 'Queued', tone: 'info', icon: <CircleDashed /> },
  running: { word: 'Running', tone: 'live', icon: <Circle className="fill-current" strokeWidth={0} /> },
  completed: { word: 'Completed', tone: 'ok', icon: <Check strokeWidth={3} /> },
  failed: { word: 'Failed', tone: 'bad', icon: <X strokeWidth={3} /> },
  cancelled: { word: 'Cancelled', tone: 'plain', icon: <Ban /> },
};

export function isOver(status: Status): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** A job's status: word, icon and colour. */
export function StatusChip({ status }: { status: Status }) {
  const { word, tone, icon } = STATUSES[status];
  return (
    <Chip tone={tone} icon={icon}>
      {word}
    </Chip>
  );
}
