import { describe, expect, it } from 'vitest';
import type { ActivityRead } from '@/api/gen';
import { told } from './telling';

const one = (event: string, data: Record<string, unknown>): ActivityRead => ({
  id: '1',
  event,
  at: '2026-11-22T00:00:00Z',
  actor: null,
  data,
});

describe('what happened to a task', () => {
  it('is told in words, one for each thing', () => {
    expect(told(one('task.moved', { old: 'todo', new: 'in_review' }))).toEqual(['moved it from To do to In review']);
    expect(told(one('task.assigned', { old: 'maya', new: null }))).toEqual(['took it from maya']);
    const changes = { labels: { old: ['api'], new: ['bug', 'web'] }, priority: { old: 'low', new: 'urgent' } };
    expect(told(one('task.changed', { changes }))).toEqual([
      'put on bug, web and took off api',
      'set its priority to urgent',
    ]);
  });

  it('says what an analysis made of its finding', () => {
    const seen = { analysis: 3, analysis_id: '1', fingerprint: 'f' };
    expect(told(one('task.finding_tracked', { ...seen, by_rule: true }))).toEqual([
      'made it of a finding of analysis 3, by the project’s rule',
    ]);
    expect(told(one('task.finding_gone', { ...seen, missing: null }))).toEqual([
      'its finding is gone, says analysis 3',
    ]);
    expect(told(one('task.finding_gone', { ...seen, missing: 'No tests ran.' }))).toEqual([
      'its finding is gone, says analysis 3',
      'it stays open: No tests ran.',
    ]);
    expect(told(one('task.finding_back', seen))).toEqual(['its finding is back, says analysis 3']);
  });

  it('has no word for what is no news of the task', () => {
    expect(told(one('task.completed', {}))).toEqual([]);
  });
});
