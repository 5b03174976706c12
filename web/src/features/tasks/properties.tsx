import type { ReactNode } from 'react';
import type { TaskRead } from '@/api/gen';
import { Fact, Facts } from '@/components/facts';
import { Ago } from '@/components/ui/ago';
import { Person } from '@/components/ui/avatar';
import { choose, type Part } from './chooser';
import { DueField, EstimateField } from './due-field';
import { Label } from './label';
import { ParentField } from './parent-field';
import { BlockedChip, StatusIcon } from './task-chips';
import { PRIORITIES, STATUSES } from './words';

/** What a task is like; each of it is changed where it is read. */
export function Properties({ task, may }: { task: TaskRead; may: boolean }) {
  const Flag = PRIORITIES[task.priority].icon;
  return (
    <div className="[&_dd]:flex [&_dd]:min-h-(--ctl) [&_dd]:flex-wrap [&_dd]:items-center [&_dd]:gap-2 [&_dl]:gap-y-0.5 [&_dt]:flex [&_dt]:min-h-(--ctl) [&_dt]:items-center">
      <Facts>
        <Fact name="Status">
          <Choice task={task} part="status" may={may} name="Status">
            <StatusIcon status={task.status} />
            {STATUSES[task.status].word}
          </Choice>
          {task.blocked && <BlockedChip />}
        </Fact>
        <Fact name="Priority">
          <Choice task={task} part="priority" may={may} name="Priority">
            <Flag className="size-3.5 text-mute" />
            {PRIORITIES[task.priority].word}
          </Choice>
        </Fact>
        <Fact name="Assignee">
          <Choice task={task} part="assignee" may={may} name="Assignee">
            {task.assignee ? (
              <>
                <Person id={task.assignee.id} name={task.assignee.name} />
                <span className="truncate">{task.assignee.name}</span>
              </>
            ) : (
              <span className="text-mute">Nobody</span>
            )}
          </Choice>
        </Fact>
        <Fact name="Labels">
          <Choice task={task} part="labels" may={may} name="Labels">
            {task.labels.length ? (
              <span className="flex flex-wrap gap-1">
                {task.labels.map((label) => (
                  <Label key={label.id} label={label} />
                ))}
              </span>
            ) : (
              <span className="text-mute">None</span>
            )}
          </Choice>
        </Fact>
        <Fact name="Due">
          <DueField task={task} may={may} />
        </Fact>
        <Fact name="Estimate">
          <EstimateField task={task} may={may} />
        </Fact>
        {(task.parent || may) && (
          <Fact name="Part of">
            <ParentField task={task} may={may} />
          </Fact>
        )}
        <Fact name="Made">
          <Ago at={task.created_at} />
        </Fact>
        {task.completed_at && (
          <Fact name="Done">
            <Ago at={task.completed_at} />
          </Fact>
        )}
      </Facts>
    </div>
  );
}

type ChoiceProps = { task: TaskRead; part: Part; may: boolean; name: string; children: ReactNode };

function Choice({ task, part, may, name, children }: ChoiceProps) {
  const look = '-mx-2 flex min-h-(--ctl) max-w-full items-center gap-2 rounded-ctl px-2 py-1 text-left';
  if (!may) return <span className={look}>{children}</span>;
  return (
    <button
      type="button"
      aria-haspopup="menu"
      onClick={(event) => choose({ tasks: [task], part, anchor: event.currentTarget })}
      className={`${look} hover:bg-raise`}
    >
      <span className="sr-only">{name}: </span>
      {children}
    </button>
  );
}
