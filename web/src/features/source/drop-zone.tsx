import { clsx } from 'clsx';
import { FileArchive, GitBranch } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import type { OriginRead } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Progress } from '@/components/ui/meter';
import { Notice } from '@/components/ui/notice';
import { isOver } from '@/features/jobs/status';
import { bytes, percent, plural } from '@/lib/format';
import { Fetching, FetchNews } from './fetch-news';
import { useFetch } from './use-fetch';
import { useUpload } from './use-upload';

const load = () => import('./fetch-dialog');
const FetchDialog = lazy(load);

const ACCEPTED = '.zip,.tar,.gz,.tgz,.bz2,.tbz2,.xz,.txz,application/zip,application/gzip,application/x-tar';

/** Whether files are being dragged over the window, and what to do when they are let go anywhere. */
function useFileDrop(take: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    let depth = 0;
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (carries(event)) setOver(++depth > 0);
    };
    const leave = (event: DragEvent) => {
      if (carries(event)) setOver(--depth > 0);
    };
    const hold = (event: DragEvent) => carries(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!carries(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) latest.current(file);
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', hold);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', hold);
      removeEventListener('drop', drop);
    };
  }, []);
  return over;
}

type DropZoneProps = {
  projectId: string;
  /** The project has no source yet. */
  first: boolean;
  /** Where the newest snapshot came from that was fetched. */
  last?: OriginRead | undefined;
  afterwards: ReactNode;
};

/** Where source comes in: dropped anywhere on the page, chosen, or fetched from a repository. */
export function DropZone({ projectId, first, last, afterwards }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [asking, setAsking] = useState(false);
  const { state, start, cancel } = useUpload(projectId);
  const { job, follow, forget } = useFetch(projectId);
  const take = (file: File) => {
    if (job && isOver(job.status)) forget();
    void start(file);
  };
  const over = useFileDrop(take);
  const isFetching = job !== undefined && !isOver(job.status);
  return (
    <section
      aria-label="Give source"
      className={clsx(
        'grid gap-3 rounded-panel border border-dashed px-4 transition-colors',
        first ? 'py-10' : 'py-4',
        over ? 'border-ink bg-raise' : 'border-edge',
      )}
    >
      {state.step === 'sending' ? (
        <Sending {...state} cancel={cancel} />
      ) : isFetching ? (
        <Fetching job={job} />
      ) : (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
          <FileArchive aria-hidden="true" className="size-5 text-mute" strokeWidth={1.5} />
          <p className="min-w-52 flex-1">
            <span className="font-[520] pointer-coarse:hidden">
              {over ? 'Let go to upload' : 'Drop a zip or tar.gz anywhere on this page'}
            </span>
            <span className="font-[520] pointer-fine:hidden">Upload a zip or tar.gz</span>
            <span className="block text-mute text-xs">
              Installed packages and version control inside it are left out, and named.
            </span>
          </p>
          <div className="flex flex-wrap gap-2">
            <Button
              icon={<GitBranch />}
              onPointerEnter={() => void load()}
              onFocus={() => void load()}
              onClick={() => setAsking(true)}
            >
              From a Git repository
            </Button>
            <Button look={first ? 'ink' : 'line'} onClick={() => input.current?.click()}>
              Choose an archive
            </Button>
          </div>
        </div>
      )}
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Archive"
        accept={ACCEPTED}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) take(file);
        }}
      />
      {state.step === 'refused' && (
        <Notice tone="bad" title={`${state.name} was not taken`}>
          {state.error.message}
        </Notice>
      )}
      {state.step === 'taken' && (
        <div role="status" className="flex flex-wrap items-center justify-between gap-3">
          <p>
            Taken: <b className="font-semibold">{state.snapshot.origin.name}</b>, {plural(state.snapshot.files, 'file')}
            {state.snapshot.skipped.length > 0 && `, ${plural(state.snapshot.skipped.length, 'place')} left out`}.
          </p>
          {afterwards}
        </div>
      )}
      {job && state.step === 'idle' && <FetchNews job={job} afterwards={afterwards} />}
      <Suspense>
        {asking && <FetchDialog projectId={projectId} last={last} onAsked={follow} onClose={() => setAsking(false)} />}
      </Suspense>
    </section>
  );
}

type SendingProps = { name: string; size: number; sent: number; cancel: () => void };

function Sending({ name, size, sent, cancel }: SendingProps) {
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-3">
        <p className="min-w-0 flex-1 truncate font-[520]">{name}</p>
        <span className="num text-mute">
          {sent < 1 ? `${percent(sent * 100, 0)} of ${bytes(size)}` : 'Unpacking and checking…'}
        </span>
        <Button size="sm" onClick={cancel}>
          Cancel
        </Button>
      </div>
      <Progress value={sent * 100} label={`Uploading ${name}`} className="rounded-full" />
    </div>
  );
}
