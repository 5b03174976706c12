import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { createTeamMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextAreaField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';

/** Asks what a team is called, and goes to it. */
export default function NewTeam({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const create = useAction(createTeamMutation(), {
    onSuccess: async ({ data }) => {
      onClose();
      await navigate({ to: '/teams/$teamId', params: { teamId: data.id }, search: {} });
      await stale('listTeams');
    },
  });
  const fields = create.error?.fields ?? {};

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate({ body: { name: text(form, 'name'), description: text(form, 'description') } });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New team"
      description="People you grant projects together. Whoever joins later is in those projects too."
    >
      <form onSubmit={submit} className="grid gap-4">
        {create.error && !fields.name && <Notice tone="bad">{create.error.message}</Notice>}
        <TextField label="Name" name="name" required maxLength={120} autoFocus autoComplete="off" error={fields.name} />
        <TextAreaField label="What it does" name="description" maxLength={2000} optional error={fields.description} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="ink" busy={create.isPending && 'Making team…'}>
            Make team
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
