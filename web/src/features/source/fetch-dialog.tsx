import { type FormEvent, useState } from 'react';
import type { OriginRead } from '@/api/gen';
import { giveSourceMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';

type FetchDialogProps = {
  projectId: string;
  /** What was fetched the last time, to be fetched again. */
  last: OriginRead | undefined;
  onAsked: (jobId: string) => void;
  onClose: () => void;
};

/** Asks which repository to fetch. */
export default function FetchDialog({ projectId, last, onAsked, onClose }: FetchDialogProps) {
  const [url, setUrl] = useState(last?.git_url ?? '');
  const ask = useAction(giveSourceMutation(), {
    onSuccess: ({ data }) => {
      void stale('listJobs', 'listProjectJobs');
      onAsked(data.id);
      onClose();
    },
  });
  const { error } = ask;
  const ofUrl = error?.code === 'URL_FORBIDDEN' ? error.message : error?.fields.git_url;
  const placed = ofUrl !== undefined || error?.fields.ref !== undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const ref = text(form, 'ref');
    ask.mutate({
      path: { project_id: projectId },
      body: { git_url: url.trim(), analyse: form.has('analyse'), ...(ref ? { ref } : {}) },
    });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="From a Git repository"
      description="The files of one commit are fetched, without its history."
    >
      <form onSubmit={submit} className="grid gap-4">
        {error && !placed && <Notice tone="bad">{error.message}</Notice>}
        <TextField
          label="Address"
          name="git_url"
          inputMode="url"
          required
          maxLength={1000}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          placeholder="https://git.example.com/team/thing"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          hint="A public repository, over https."
          error={ofUrl}
        />
        <TextField
          label="Branch, tag or commit"
          name="ref"
          optional
          maxLength={250}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={last?.ref ?? ''}
          placeholder="the default branch"
          error={error?.fields.ref}
        />
        <label className="flex min-h-7 items-center gap-2.5">
          <input type="checkbox" name="analyse" defaultChecked className="size-4 accent-ink" />
          Analyse it as soon as it is here
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="ink" busy={ask.isPending && 'Asking…'}>
            Fetch
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
