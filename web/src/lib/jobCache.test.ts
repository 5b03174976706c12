import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobSummary } from '@/api/gen';
import { afterStep, afterWord, patchJobs } from './jobCache';

const job = (over: Partial<JobSummary> = {}): JobSummary => ({
  id: 'j1',
  kind: 'analysis',
  title: 'Analysis',
  project_id: null,
  project_name: null,
  task_id: null,
  status: 'running',
  progress: 40,
  current_step: 'ruff',
  attempt: 1,
  created_at: '2026-01-01T00:00:00Z',
  started_at: null,
  finished_at: null,
  deadline_at: null,
  asked_by: null,
  queue_position: null,
  failure: null,
  can_cancel: true,
  can_retry: false,
  version: 10,
  ...over,
});

describe('a word on a job', () => {
  it('counts when it is newer', () => {
    const after = afterWord(job(), { seq: 11, progress: 55, current_step: 'mypy' });
    expect(after).toMatchObject({ version: 11, progress: 55, current_step: 'mypy', status: 'running' });
  });

  it('changes nothing when it is old', () => {
    const before = job();
    expect(afterWord(before, { seq: 10, progress: 90 })).toBe(before);
    expect(afterWord(before, { seq: Number.NaN, progress: 90 })).toBe(before);
  });

  it('never lets progress fall within a status, but a new attempt starts over', () => {
    expect(afterWord(job(), { seq: 11, progress: 5 }).progress).toBe(40);
    expect(afterWord(job(), { seq: 11, status: 'queued', progress: 0 })).toMatchObject({
      status: 'queued',
      progress: 0,
    });
  });

  it('does not take a status it does not know', () => {
    expect(afterWord(job(), { seq: 11, status: 'exploded' }).status).toBe('running');
  });
});

describe('a word on a step', () => {
  const step = {
    name: 'ruff',
    title: 'Quality',
    status: 'running' as const,
    started_at: '2026-01-01T00:00:00Z',
    seconds: null,
  };

  it('adds it when it begins, and says how long it took when it ends', () => {
    const begun = afterStep([], { ...step, at: step.started_at });
    expect(begun).toEqual([step]);
    const [ended] = afterStep(begun, { ...step, status: 'done', at: '2026-01-01T00:00:02Z' });
    expect(ended).toMatchObject({ status: 'done', seconds: 2, started_at: step.started_at });
  });

  it('begins it anew in another attempt', () => {
    const failed = { ...step, status: 'failed' as const, seconds: 3 };
    const [again] = afterStep([failed], { ...step, at: '2026-01-01T01:00:00Z' });
    expect(again).toEqual({ ...step, started_at: '2026-01-01T01:00:00Z' });
  });
});

describe('the cache', () => {
  let client: QueryClient;
  beforeEach(() => {
    client = new QueryClient();
    client.setQueryData([{ _id: 'listJobs' }], { items: [job(), job({ id: 'j2' })], total: 2 });
    client.setQueryData([{ _id: 'getJob', path: { job_id: 'j1' } }], { data: job() });
    client.setQueryData([{ _id: 'listProjects' }], { items: [{ id: 'j1' }] });
  });

  it('is told in every place the job is, and nowhere else', () => {
    patchJobs('j1', { seq: 12, status: 'completed', progress: 100 }, client);
    const list = client.getQueryData<{ items: JobSummary[] }>([{ _id: 'listJobs' }]);
    expect(list?.items.map(({ status }) => status)).toEqual(['completed', 'running']);
    expect(client.getQueryData([{ _id: 'getJob', path: { job_id: 'j1' } }])).toMatchObject({
      data: { status: 'completed', version: 12 },
    });
    expect(client.getQueryData([{ _id: 'listProjects' }])).toEqual({ items: [{ id: 'j1' }] });
  });
});
