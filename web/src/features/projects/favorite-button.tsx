import { Star } from 'lucide-react';
import type { ProjectRead } from '@/api/gen';
import { disfavorProjectMutation, favorProjectMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { sayFailed } from '@/lib/toasts';

/** Whether one finds a project first in one's lists. It turns at once; a refusal turns it back. */
export function FavoriteButton({ project, className = '' }: { project: ProjectRead; className?: string }) {
  const then = {
    onSuccess: () => stale('listProjects', 'getProject'),
    onError: (error: unknown) => void sayFailed('That was not kept', error),
  };
  const favor = useAction(favorProjectMutation(), then);
  const disfavor = useAction(disfavorProjectMutation(), then);
  const busy = favor.isPending || disfavor.isPending;
  const on = busy ? favor.isPending : project.is_favorite;
  return (
    <Button
      look="quiet"
      size="sm"
      icon={<Star className={on ? 'fill-current text-fg' : ''} />}
      aria-label={`Favorite ${project.name}`}
      aria-pressed={on}
      data-tip={on ? 'No longer first in your lists' : 'First in your lists'}
      aria-disabled={busy || undefined}
      className={className}
      onClick={() => !busy && (on ? disfavor : favor).mutate({ path: { project_id: project.id } })}
    />
  );
}
