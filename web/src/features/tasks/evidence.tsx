import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleDashed, Pencil, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { EvidenceRead, TaskRead } from '@/api/gen';
import { listTaskEvidenceOptions } from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Button } from '@/components/ui/button';
import { pathOf } from './change';
import { requirement } from './requirements';
import { isClosed } from './words';

const load = () => import('./requirements-form');
const RequirementsForm = lazy(load);

/** What has to be shown before a task is done, and how each of it stands now. */
export function Evidence({ task, may }: { task: TaskRead; may: boolean }) {
  const [editing, setEditing] = useState(false);
  const needed = task.requires.length > 0;
  const read = useQuery({ ...listTaskEvidenceOptions({ path: pathOf(task) }), enabled: needed });
  const { data } = read;
  if (!needed && (!may || isClosed(task.status))) return null;
  const met = data?.items.filter((one) => one.met).length;
  return (
    <section id="evidence" aria-label="Evidence" className="grid scroll-mt-28 gap-1">
      <header className="flex min-h-7 items-center justify-between gap-2">
        <h3>
          Evidence{' '}
          {needed && data && (
            <span className="num font-normal text-mute">
              {met} of {data.items.length}
            </span>
          )}
        </h3>
        {may && !editing && (
          <Button
            size="sm"
            look="quiet"
            icon={needed ? <Pencil /> : <Plus />}
            onPointerEnter={() => void load()}
            onFocus={() => void load()}
            onClick={() => setEditing(true)}
          >
            {needed ? 'Change what it needs' : 'Require evidence'}
          </Button>
        )}
      </header>
      {editing ? (
        <Suspense>
          <RequirementsForm task={task} onEnd={() => setEditing(false)} />
        </Suspense>
      ) : (
        needed &&
        (read.isError && !data ? (
          <NotRead what="How the evidence stands" of={read} />
        ) : (
          <ul>
            {data?.items.map((one) => (
              <Standing key={one.kind} one={one} />
            ))}
          </ul>
        ))
      )}
    </section>
  );
}

function Standing({ one }: { one: EvidenceRead }) {
  const Icon = one.met ? CircleCheck : CircleDashed;
  return (
    <li className="flex items-start gap-2 border-line border-b py-1.5 last:border-0">
      <Icon aria-hidden="true" className={`mt-0.5 size-3.5 shrink-0 ${one.met ? 'text-ok' : 'text-warn'}`} />
      <div className="min-w-0 flex-1">
        <p>
          <span className="sr-only">{one.met ? 'Shown: ' : 'Missing: '}</span>
          {requirement(one)}
        </p>
        <p className="text-mute text-xs [text-wrap:pretty]">
          {one.says} {one.remedy}{' '}
          {one.job_id && (
            <Link to="/runs/$jobId" params={{ jobId: one.job_id }} className="text-fg underline underline-offset-2">
              See the run
            </Link>
          )}
        </p>
      </div>
    </li>
  );
}
