import { useEffect, useState } from 'react';
import { listJobEvents } from '@/api/gen';
import { applyJobEvent, liveness } from '@/lib/liveCache';
import { type Problem, problem } from '@/lib/problem';
import { Story } from './story';

const PAGE = 1000;

async function readAll(jobId: string, story: Story, signal: AbortSignal): Promise<void> {
  let more = true;
  while (more) {
    const { data } = await listJobEvents({
      path: { job_id: jobId },
      query: { after: story.seq, limit: PAGE },
      signal,
    });
    // 204 is for those who ask for a stream, which this is not.
    if (!data) break;
    story.hear(data.items);
    more = data.next_cursor !== null && data.next_cursor !== undefined && data.items.length > 0;
  }
  story.catchUp();
}

/** Everything a job has told, and what it tells from now on: read up to now first, then followed without a gap. */
export function useStory(jobId: string): { story: Story; error: Problem | null; again: () => void } {
  const [round, setRound] = useState(0);
  const [story, setStory] = useState(() => new Story());
  const [error, setError] = useState<Problem | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round begins the same story afresh
  useEffect(() => {
    const reading = new AbortController();
    const told = new Story();
    setStory(told);
    setError(null);
    let leave = () => {};
    readAll(jobId, told, reading.signal).then(
      () => {
        if (reading.signal.aborted) return;
        leave = liveness.on(`job:${jobId}`, {
          after: told.seq,
          onEvent: (event) => {
            told.hear([event]);
            applyJobEvent(jobId, event);
          },
          onReset: () => setRound((n) => n + 1),
        });
      },
      (reason: unknown) => reading.signal.aborted || setError(problem(reason)),
    );
    return () => {
      reading.abort();
      leave();
    };
  }, [jobId, round]);

  return { story, error, again: () => setRound((n) => n + 1) };
}
