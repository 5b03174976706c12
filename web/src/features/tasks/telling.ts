/** What happened to a task, in words. */
import type { ActivityRead } from '@/api/gen';
import { dueWord } from './due';
import { isPriority, isStatus, PRIORITIES, STATUSES } from './words';

type Change = { old?: unknown; new?: unknown };

/** What somebody did, to stand after their name: one line for each thing. Nothing where there is no word for it. */
export function told({ event, data }: ActivityRead): string[] {
  switch (event) {
    case 'task.created':
      return ['made it'];
    case 'task.moved':
      return [`moved it from ${word(data.old)} to ${word(data.new)}`];
    case 'task.assigned':
      return [data.new ? `gave it to ${word(data.new)}` : `took it from ${word(data.old)}`];
    case 'task.deleted':
      return ['deleted it'];
    case 'task.restored':
      return ['brought it back'];
    case 'task.blocked':
      return [`it waits for ${word(data.by)}`];
    case 'task.unblocked':
      return [`it waits no longer, since ${word(data.by)}`];
    case 'task.finding_tracked':
      return [`made it of a finding of ${analysis(data)}${data.by_rule ? ', by the project’s rule' : ''}`];
    case 'task.finding_gone':
      return [
        `its finding is gone, says ${analysis(data)}`,
        ...(data.missing ? [`it stays open: ${data.missing}`] : []),
      ];
    case 'task.finding_back':
      return [`its finding is back, says ${analysis(data)}`];
    case 'task.changed':
      return Object.entries((data.changes ?? {}) as Record<string, Change>).map(([field, change]) =>
        changed(field, change),
      );
    default:
      return [];
  }
}

function changed(field: string, { old, new: now }: Change): string {
  switch (field) {
    case 'title':
      return `called it “${word(now)}”`;
    case 'description':
      return 'changed the description';
    case 'priority':
      return `set its priority to ${word(now)}`;
    case 'due_date':
      return typeof now === 'string' ? `made it due ${dueWord(now)}` : 'took its due date away';
    case 'estimate':
      return now === null ? 'took its estimate away' : `estimated it at ${word(now)}`;
    case 'labels':
      return relabelled(listOf(old), listOf(now));
    case 'parent':
      return now ? `made it a part of ${word(now)}` : `made it a part of ${word(old)} no longer`;
    case 'requires':
      return 'changed what it needs to be done';
    case 'depends_on':
      return now ? `made it wait for ${word(now)}` : `made it wait for ${word(old)} no longer`;
    case 'attachments':
      return now ? `attached ${word(now)}` : `took ${word(old)} off`;
    default:
      return `changed its ${field.replaceAll('_', ' ')}`;
  }
}

function relabelled(old: string[], now: string[]): string {
  const on = now.filter((name) => !old.includes(name));
  const off = old.filter((name) => !now.includes(name));
  const parts = [on.length > 0 && `put on ${on.join(', ')}`, off.length > 0 && `took off ${off.join(', ')}`];
  return parts.filter(Boolean).join(' and ') || 'changed its labels';
}

const analysis = (data: ActivityRead['data']) => `analysis ${data.analysis}`;

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function word(value: unknown): string {
  if (isStatus(value)) return STATUSES[value].word;
  if (isPriority(value)) return PRIORITIES[value].word.toLowerCase();
  return String(value ?? 'nothing');
}
