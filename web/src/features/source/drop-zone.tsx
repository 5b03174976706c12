import { FileArchive, GitBranch } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { OriginRead } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { isOver } from '@/features/jobs/status';
import { Drop } from '@/features/uploads/drop';
import { GoingRow } from '@/features/uploads/going-row';
import { UnfinishedRow } from '@/features/uploads/unfinished-row';
import { usePlace } from '@/features/uploads/use-place';
import { plural } from '@/lib/format';
import { say } from '@/lib/toasts';
import { clear, type Going } from '@/lib/uploads';
import { Fetching, FetchNews } from './fetch-news';
import { useFetch } from './use-fetch';

const load = () => import('./fetch-dialog');
const FetchDialog = lazy(load);

const ACCEPTED = '.zip,.tar,.gz,.tgz,.bz2,.tbz2,.xz,.txz,application/zip,application/gzip,application/x-tar';

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
  const [asking, setAsking] = useState(false);
  const { place, going, unfinished, take } = usePlace(projectId, 'source');
  const { job, follow, forget } = useFetch(projectId);
  const sending = going.some(({ step }) => step !== 'done' && step !== 'refused');
  const fetching = job !== undefined && !isOver(job.status);
  const fetched = (jobId: string) => {
    clear(place);
    follow(jobId);
  };
  const one = (files: readonly File[]) => {
    if (sending || fetching) {
      void say(`${files[0]?.name} was not started: one source at a time`);
      return;
    }
    forget();
    take(files.slice(0, 1));
  };
  return (
    <Drop
      label="Give source"
      icon={<FileArchive aria-hidden="true" strokeWidth={1.5} />}
      title="Drop a zip or tar.gz anywhere on this page"
      touch="Upload a zip or tar.gz"
      hint="Installed packages and version control inside it are left out, and named."
      button="Choose an archive"
      input="Archive"
      accept={ACCEPTED}
      first={first && !sending && !fetching}
      busy={sending || fetching}
      onFiles={one}
      other={
        <Button
          icon={<GitBranch />}
          onPointerEnter={() => void load()}
          onFocus={() => void load()}
          onClick={() => setAsking(true)}
        >
          From a Git repository
        </Button>
      }
    >
      {fetching && <Fetching job={job} />}
      {unfinished.map((upload) => (
        <UnfinishedRow key={upload.id} upload={upload} place={place} />
      ))}
      {going.map((each) =>
        each.step === 'done' ? (
          <Taken key={each.id} going={each} afterwards={afterwards} />
        ) : (
          <GoingRow key={each.id} going={each} />
        ),
      )}
      {job && going.length === 0 && <FetchNews job={job} afterwards={afterwards} />}
      <Suspense>
        {asking && <FetchDialog projectId={projectId} last={last} onAsked={fetched} onClose={() => setAsking(false)} />}
      </Suspense>
    </Drop>
  );
}

function Taken({ going: { snapshot }, afterwards }: { going: Going; afterwards: ReactNode }) {
  if (!snapshot) return null;
  return (
    <div role="status" className="flex flex-wrap items-center justify-between gap-3">
      <p>
        Taken: <b className="font-semibold">{snapshot.origin.name}</b>, {plural(snapshot.files, 'file')}
        {snapshot.skipped.length > 0 && `, ${plural(snapshot.skipped.length, 'place')} left out`}.
      </p>
      {afterwards}
    </div>
  );
}
