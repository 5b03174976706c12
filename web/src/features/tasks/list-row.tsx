import type { LinkProps } from '@tanstack/react-router';
import { memo } from 'react';
import type { TaskSummary } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { Check } from '@/components/ui/check';
import { TaskRow } from './task-row';

type ListRowProps = {
  task: TaskSummary;
  chosen: boolean;
  open: boolean;
  may: boolean;
  onChoose: (id: string, on: boolean, range: boolean) => void;
};

/** A task in a list: chosen by its box, opened beside the list. */
export const ListRow = memo(function ListRow({ task, chosen, open, may, onChoose }: ListRowProps) {
  const link = { to: '.', search: (now: object) => ({ ...now, peek: task.id }) } as LinkProps;
  return (
    <TaskRow
      task={task}
      link={link}
      may={may}
      marked={chosen || open}
      before={
        may && (
          <Check
            label={`Choose ${task.key}`}
            checked={chosen}
            onChange={(on, range) => onChoose(task.id, on, range)}
            className="z-1"
          />
        )
      }
      after={
        <>
          {task.assignee && (
            <span data-tip={task.assignee.name} className="relative flex">
              <Person id={task.assignee.id} name={task.assignee.name} size={20} />
              <span className="sr-only">Assigned to {task.assignee.name}</span>
            </span>
          )}
          <Ago at={task.updated_at} className="relative w-20 shrink-0 text-right text-mute text-xs max-md:hidden" />
        </>
      }
    />
  );
});
