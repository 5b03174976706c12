/** What tasks are called, and how their states look. */
import {
  ArrowDown,
  ArrowUp,
  CircleCheck,
  CircleDashed,
  CircleDotDashed,
  Circle as CircleIcon,
  CircleX,
  Eye,
  type LucideIcon,
  Minus,
  TriangleAlert,
} from 'lucide-react';
import type { TaskSummary } from '@/api/gen';
import type { Tone } from '@/components/ui/chip';

export type Status = TaskSummary['status'];
export type Priority = TaskSummary['priority'];
type Word = { word: string; icon: LucideIcon; tone: Tone };

/** In the order of the board's columns. */
export const STATUSES: Record<Status, Word> = {
  backlog: { word: 'Backlog', icon: CircleDashed, tone: 'plain' },
  todo: { word: 'To do', icon: CircleIcon, tone: 'plain' },
  in_progress: { word: 'In progress', icon: CircleDotDashed, tone: 'info' },
  in_review: { word: 'In review', icon: Eye, tone: 'wait' },
  done: { word: 'Done', icon: CircleCheck, tone: 'ok' },
  cancelled: { word: 'Cancelled', icon: CircleX, tone: 'plain' },
};
export const STATUS_ORDER = Object.keys(STATUSES) as Status[];

/** The gravest first. */
export const PRIORITIES: Record<Priority, Word> = {
  urgent: { word: 'Urgent', icon: TriangleAlert, tone: 'bad' },
  high: { word: 'High', icon: ArrowUp, tone: 'warn' },
  medium: { word: 'Medium', icon: Minus, tone: 'plain' },
  low: { word: 'Low', icon: ArrowDown, tone: 'plain' },
};
export const PRIORITY_ORDER = Object.keys(PRIORITIES) as Priority[];

export function isClosed(status: Status): boolean {
  return status === 'done' || status === 'cancelled';
}

export function isStatus(value: unknown): value is Status {
  return typeof value === 'string' && Object.hasOwn(STATUSES, value);
}

export function isPriority(value: unknown): value is Priority {
  return typeof value === 'string' && Object.hasOwn(PRIORITIES, value);
}
