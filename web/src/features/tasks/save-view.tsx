import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createViewMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { Switch } from '@/components/ui/switch';
import { useProject } from '@/features/projects/use-project';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { text } from '@/lib/forms';
import { useWhyNotIn } from '@/lib/rights';
import { addressOf, kept, type Layout } from './view-search';

type SaveViewProps = { projectId: string; layout: Layout; search: Record<string, unknown>; onClose: () => void };

/** Gives what a page shows a name. */
export default function SaveView({ projectId, layout, search, onClose }: SaveViewProps) {
  const navigate = useNavigate();
  const noShare = useWhyNotIn(useProject(projectId), 'task:update');
  const [shared, setShared] = useState(false);
  const create = useAction(createViewMutation(), {
    onSuccess: async ({ data }) => {
      onClose();
      await stale('listViews');
      void navigate({ ...addressOf(data), params: { projectId }, replace: true });
    },
  });
  const wrongName = create.error?.code === 'VIEW_NAME_TAKEN' ? create.error.message : create.error?.fields.name;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = text(new FormData(event.currentTarget), 'name').trim();
    create.mutate({ path: { project_id: projectId }, body: { name, layout, search: kept(layout, search), shared } });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Save as a view"
      description={`Keeps the filters${layout === 'list' ? ', groups and order' : ''} of this ${layout} under a name.`}
    >
      <form onSubmit={submit} className="grid gap-4">
        {create.error && !wrongName && <Notice tone="bad">{create.error.message}</Notice>}
        <TextField
          label="Name"
          name="name"
          required
          maxLength={60}
          autoComplete="off"
          placeholder="Overdue bugs"
          error={wrongName}
        />
        {noShare ? (
          <p className="text-mute">You alone will see it. {noShare}</p>
        ) : (
          <Switch
            label="Share it with the project"
            hint="Everybody in it will see it; you and the owners can change it."
            checked={shared}
            onChange={setShared}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="ink" busy={create.isPending && 'Saving…'}>
            Save view
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
