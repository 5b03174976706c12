import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Story } from './story';

const line = (n: number, text = `line ${n}`) => ({ n, at: '2026-01-01T00:00:00Z', level: 'info', text });
const log = (seq: number, ...lines: ReturnType<typeof line>[]) => ({ seq, name: 'job.log', data: { lines } });

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 0));
});

describe('a story', () => {
  it('keeps the lines in order and drops what it heard before', () => {
    const story = new Story();
    story.hear([log(1, line(1), line(2)), { seq: 2, name: 'job.progress', data: { progress: 10 } }]);
    story.hear([log(1, line(1), line(2)), log(3, line(3))]);
    expect(story.lines.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(story.seq).toBe(3);
  });

  it('tells once a frame, however much it hears', async () => {
    const story = new Story();
    const drawn = vi.fn();
    story.watch(drawn);
    for (let seq = 1; seq <= 1000; seq += 1) story.hear([log(seq, line(seq))]);
    await new Promise((done) => setTimeout(done, 5));
    expect(drawn).toHaveBeenCalledOnce();
    expect(story.lines).toHaveLength(1000);
  });

  it('takes terminal colours out', () => {
    const story = new Story();
    story.hear([log(1, line(1, '\u001b[31mFAILED\u001b[0m test\u001b[2K'))]);
    expect(story.lines[0]?.text).toBe('FAILED test');
  });

  it('knows of which attempt a line is', () => {
    const story = new Story();
    const started = (seq: number, attempt: number) => ({ seq, name: 'job.started', data: { attempt } });
    story.hear([started(1, 1), log(2, line(1)), started(3, 2), log(4, line(2), line(3))]);
    expect(story.lines.map(({ attempt }) => attempt)).toEqual([1, 2, 2]);
    expect(story.attempt).toBe(2);
  });

  it('counts from the first attempt, whatever was tried again', () => {
    const story = new Story();
    const started = (seq: number, at: string) => ({ seq, name: 'job.started', at, data: {} });
    story.hear([started(1, '2026-01-01T00:00:00Z'), started(2, '2026-01-02T00:00:00Z')]);
    story.hear([started(3, '2026-01-03T00:00:00Z')]);
    expect(story.began).toBe('2026-01-01T00:00:00Z');
  });

  it('is not upset by data it does not know', () => {
    const story = new Story();
    story.hear([{ seq: 1, name: 'job.log', data: { lines: 'none' } }]);
    story.hear([{ seq: 2, name: 'job.log', data: { lines: [null, 3] } }]);
    expect(story.lines).toEqual([]);
    expect(story.seq).toBe(2);
  });
});
