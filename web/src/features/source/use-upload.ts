import { useCallback, useEffect, useRef, useState } from 'react';
import type { SnapshotRead } from '@/api/gen';
import { stale } from '@/lib/client';
import { type Problem, problem } from '@/lib/problem';
import { say } from '@/lib/toasts';
import { type Upload, upload } from '@/lib/upload';

export type UploadState =
  | { step: 'idle' }
  | { step: 'sending'; name: string; size: number; sent: number }
  | { step: 'refused'; name: string; error: Problem }
  | { step: 'taken'; snapshot: SnapshotRead };

/** Gives a project its source. One upload at a time; leaving the page asks first while one runs. */
export function useUpload(projectId: string) {
  const [state, setState] = useState<UploadState>({ step: 'idle' });
  const running = useRef<Upload<{ data: SnapshotRead }> | null>(null);

  const start = useCallback(
    async (file: File) => {
      if (running.current) {
        void say(`${file.name} was not started: one upload at a time`);
        return;
      }
      const { name, size } = file;
      setState({ step: 'sending', name, size, sent: 0 });
      running.current = upload(`/api/v1/projects/${projectId}/source`, file, (sent) =>
        setState({ step: 'sending', name, size, sent }),
      );
      try {
        const { data } = await running.current.done;
        setState({ step: 'taken', snapshot: data });
        void stale('listSourceSnapshots');
      } catch (error) {
        const refused = problem(error);
        setState(refused.code === 'UPLOAD_CANCELLED' ? { step: 'idle' } : { step: 'refused', name, error: refused });
      } finally {
        running.current = null;
      }
    },
    [projectId],
  );

  const sending = state.step === 'sending';
  useEffect(() => {
    if (!sending) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [sending]);

  const cancel = useCallback(() => running.current?.cancel(), []);
  return { state, start, cancel };
}
