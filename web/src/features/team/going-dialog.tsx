import type { ProjectRead } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import type { Problem } from '@/lib/problem';

type GoingProps = {
  project: ProjectRead;
  /** Who is removed; undefined where one leaves oneself. */
  name: string | undefined;
  error: Problem | null;
  busy: boolean;
  onGo: () => void;
  onClose: () => void;
};

/** Asks before somebody loses sight of a project. */
export default function GoingDialog({ project, name, error, busy, onGo, onClose }: GoingProps) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={name ? `Remove ${name}?` : `Leave ${project.name}?`}
      description={
        name
          ? 'They no longer see this project. What they made in it stays.'
          : 'You no longer see this project. What you made in it stays; an owner can invite you again.'
      }
    >
      <div className="grid gap-4">
        {error && <Notice tone="bad">{error.message}</Notice>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{name ? 'Keep' : 'Stay'}</Button>
          <Button look="bad" busy={busy && (name ? 'Removing…' : 'Leaving…')} onClick={onGo}>
            {name ? 'Remove' : 'Leave project'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
