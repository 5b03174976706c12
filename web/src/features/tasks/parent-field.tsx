import { Link } from '@tanstack/react-router';
import { Pencil, X } from 'lucide-react';
import { useState } from 'react';
import type { TaskRead } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { stale } from '@/lib/client';
import { change } from './change';
import { TaskFinder } from './task-finder';

/** The task another is a part of, and a way to choose another one or none. */
export function ParentField({ task, may }: { task: TaskRead; may: boolean }) {
  const [finding, setFinding] = useState(false);
  const { parent } = task;

  async function put(parentId: string | null) {
    setFinding(false);
    await change({ task, body: { parent_id: parentId }, show: { parent_id: parentId } });
    // Both the old whole and the new one count their parts.
    void stale('getTask', 'listTasks');
  }

  if (finding) {
    return (
      <div className="min-w-0 flex-1">
        <TaskFinder
          projectId={task.project_id}
          label="Find what it is a part of"
          but={[task.id, ...(parent ? [parent.id] : [])]}
          onPick={({ id }) => void put(id)}
          onClose={() => setFinding(false)}
        />
      </div>
    );
  }
  if (!parent) {
    return (
      <button
        type="button"
        onClick={() => setFinding(true)}
        className="-mx-2 flex min-h-(--ctl) items-center rounded-ctl px-2 text-mute hover:bg-raise"
      >
        <span className="sr-only">Part of: </span>
        Nothing
      </button>
    );
  }
  return (
    <span className="flex min-w-0 flex-1 items-center gap-1">
      <Link
        to="/projects/$projectId/tasks/$taskId"
        params={{ projectId: task.project_id, taskId: parent.id }}
        className="min-w-0 truncate underline-offset-2 hover:underline"
      >
        <span className="font-mono text-faint text-xs">{parent.key}</span> {parent.title}
      </Link>
      {may && (
        <>
          <Button
            size="sm"
            look="quiet"
            icon={<Pencil />}
            aria-label="Make it a part of another task"
            data-tip="Another task"
            onClick={() => setFinding(true)}
          />
          <Button
            size="sm"
            look="quiet"
            icon={<X />}
            aria-label={`No longer a part of ${parent.key}`}
            data-tip="A part of none"
            onClick={() => void put(null)}
          />
        </>
      )}
    </span>
  );
}
