import { clsx } from 'clsx';
import { CalendarDays, ClipboardCheck, CloudOff, ListTree, OctagonPause } from 'lucide-react';
import type { TaskSummary } from '@/api/gen';
import { Chip, type Tone } from '@/components/ui/chip';
import { exact } from '@/lib/time';
import { daysTo, dueAt, dueWord } from './due';
import { Label } from './label';
import type { Shown } from './order';
import { isClosed, PRIORITIES, type Priority, STATUSES, type Status } from './words';

export function StatusIcon({ status, className }: { status: Status; className?: string }) {
  const { icon: Icon, tone } = STATUSES[status];
  return <Icon aria-hidden="true" strokeWidth={2.25} className={clsx('size-3.5 shrink-0', INK[tone], className)} />;
}

const INK: Record<Tone, string> = {
  plain: 'text-faint',
  live: 'text-live',
  ok: 'text-ok',
  bad: 'text-bad',
  warn: 'text-warn',
  info: 'text-info',
  wait: 'text-wait',
};

function PriorityChip({ priority }: { priority: Priority }) {
  const { word, tone, icon: Icon } = PRIORITIES[priority];
  return (
    <Chip tone={tone} icon={<Icon />}>
      {word}
    </Chip>
  );
}

function DueChip({ task }: { task: Pick<TaskSummary, 'due_date' | 'status'> }) {
  if (!task.due_date) return null;
  const days = daysTo(task.due_date);
  const tone = isClosed(task.status) ? 'plain' : days < 0 ? 'bad' : days < 2 ? 'warn' : 'plain';
  return (
    <span data-tip={`Due ${exact(dueAt(task.due_date)).replace(/, 00:00:00.*/, '')}`} className="relative inline-flex">
      <Chip tone={tone} icon={<CalendarDays />}>
        <span className="sr-only">Due: </span>
        {tone === 'bad' ? `Overdue, ${lowered(dueWord(task.due_date))}` : dueWord(task.due_date)}
      </Chip>
    </span>
  );
}

/** A word as it stands inside a sentence; a date begins with its number. */
const lowered = (word: string) => word.charAt(0).toLowerCase() + word.slice(1);

export function BlockedChip() {
  return (
    <Chip tone="wait" icon={<OctagonPause />}>
      Blocked
    </Chip>
  );
}

/** What is shown of it is not so yet. */
export function WaitingChip() {
  return (
    <span data-tip="It is sent as soon as the server can be reached" className="relative inline-flex">
      <Chip tone="warn" icon={<CloudOff />}>
        Not sent yet
      </Chip>
    </span>
  );
}

/** It cannot simply be moved to Done. */
function EvidenceChip() {
  return (
    <span data-tip="Something has to be shown before it is done" className="relative inline-flex">
      <Chip icon={<ClipboardCheck />}>Needs evidence</Chip>
    </span>
  );
}

function PartsChip({ task }: { task: TaskSummary }) {
  const { total, closed } = task.subtasks;
  if (!total) return null;
  return (
    <span data-tip={`${closed} of ${total} sub-tasks are closed`} className="relative inline-flex">
      <Chip icon={<ListTree />}>
        <span className="num">
          {closed}/{total}
        </span>
        <span className="sr-only"> sub-tasks</span>
      </Chip>
    </span>
  );
}

const SHOWN = 3;

/** What one should know of a task at a glance, the gravest first. */
export function TaskChips({ task, priority = task.priority !== 'medium' }: { task: Shown; priority?: boolean }) {
  const labels = task.labels.slice(0, SHOWN);
  return (
    <>
      {task.waiting && <WaitingChip />}
      {task.blocked && <BlockedChip />}
      {priority && <PriorityChip priority={task.priority} />}
      <DueChip task={task} />
      <PartsChip task={task} />
      {asks(task) && <EvidenceChip />}
      {labels.map((label) => (
        <Label key={label.id} label={label} />
      ))}
      {task.labels.length > SHOWN && <Chip>+{task.labels.length - SHOWN}</Chip>}
    </>
  );
}

/** What is done has shown it, and what is cancelled need not. */
const asks = (task: TaskSummary) => task.needs_evidence && !isClosed(task.status);

/** Whether a task has anything for `TaskChips` to show. */
export function hasChips(task: Shown): boolean {
  const { waiting, blocked, priority, due_date, subtasks, labels } = task;
  return (
    waiting ||
    blocked ||
    priority !== 'medium' ||
    Boolean(due_date) ||
    subtasks.total > 0 ||
    asks(task) ||
    labels.length > 0
  );
}
