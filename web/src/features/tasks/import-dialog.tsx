import { FileSpreadsheet } from 'lucide-react';
import { useRef, useState } from 'react';
import { type ImportRead, importTasks } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Copy } from '@/components/ui/copy';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useFileDrop } from '@/lib/file-drop';
import { plural } from '@/lib/format';
import { say } from '@/lib/toasts';
import { ImportPlanned } from './import-planned';

const COLUMNS = 'title,description,status,priority,assignee,labels,due_date,estimate,key,parent';

type ImportDialogProps = { projectId: string; onClose: () => void };

/** Makes tasks of a table: shows first what would be made, and what is wrong with which line. */
export default function ImportDialog({ projectId, onClose }: ImportDialogProps) {
  const [file, setFile] = useState<File>();
  const field = useRef<HTMLInputElement>(null);
  const ask = (dry_run: boolean) => async (given: File) =>
    (await importTasks({ path: { project_id: projectId }, query: { dry_run }, body: { file: given } })).data.data;
  const look = useAction<ImportRead, Error, File>({ mutationFn: ask(true) });
  const take = useAction<ImportRead, Error, File>(
    { mutationFn: ask(false) },
    {
      onSuccess: ({ created }) => {
        onClose();
        void say(`${plural(created, 'task')} imported`);
        return stale('listTasks', 'listMyTasks', 'taskBoard', 'listLabels');
      },
    },
  );

  function choose(files: readonly File[]) {
    const [first] = files;
    if (!first || take.isPending) return;
    setFile(first);
    take.reset();
    look.mutate(first);
  }

  const over = useFileDrop(choose);
  const plan = look.data?.plan;
  const error = take.error ?? look.error;
  const ready = plan && !plan.refused_rows;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Import tasks"
      description="A CSV file whose first line names its columns. Nothing is made before you say so."
      className={`sm:top-[8vh]! sm:w-[min(46rem,calc(100vw-3rem))]! ${over ? 'outline-2! outline-ink! outline-dashed! -outline-offset-4' : ''}`}
    >
      {!file && <Columns />}
      {error && <Notice tone="bad">{error.message}</Notice>}
      {look.isPending && (
        <p role="status" className="late py-6 text-center text-mute">
          Reading {file?.name}…
        </p>
      )}
      {plan && look.data && <ImportPlanned plan={plan} ignored={look.data.ignored_columns} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button icon={<FileSpreadsheet />} look={file ? 'line' : 'ink'} onClick={() => field.current?.click()}>
          {file ? 'Choose another file' : 'Choose a file'}
        </Button>
        {plan && file && (
          <Button
            look="ink"
            busy={take.isPending && 'Importing…'}
            denied={ready ? undefined : 'Put right what is wrong, then choose the file again.'}
            onClick={() => take.mutate(file)}
          >
            Import {plural(plan.rows, 'task')}
          </Button>
        )}
      </div>
      <input
        ref={field}
        type="file"
        hidden
        accept=".csv,.tsv,.txt,text/csv"
        aria-label="Table of tasks"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          choose(files);
        }}
      />
    </Dialog>
  );
}

function Columns() {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 text-mute">
      <p>
        Only <code>title</code> has to be there. Names that other tools use are known: <code>Summary</code>,{' '}
        <code>Tags</code>, <code>Due date</code>. A <code>parent</code> is named by the <code>key</code> of its row.
      </p>
      <div className="flex items-center gap-1 rounded-ctl border border-line bg-raise py-0.5 pr-1 pl-2.5">
        <code className="min-w-0 flex-1 truncate bg-transparent!">{COLUMNS}</code>
        <Copy text={COLUMNS} what="the line of columns" />
      </div>
    </div>
  );
}
