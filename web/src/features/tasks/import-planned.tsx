import type { ImportPlan } from '@/api/gen';
import { Chip } from '@/components/ui/chip';
import { Notice } from '@/components/ui/notice';
import { count, plural } from '@/lib/format';
import { dueWord } from './due';
import { StatusIcon } from './task-chips';
import { PRIORITIES, STATUSES } from './words';

/** What a table would make, and what is wrong with it, line by line. */
export function ImportPlanned({ plan, ignored }: { plan: ImportPlan; ignored: readonly string[] }) {
  const { rows, tasks, new_labels, refused_rows, problems } = plan;
  return (
    <div className="grid gap-3">
      {refused_rows > 0 ? (
        <Notice tone="bad" title={`${plural(refused_rows, 'line')} of ${count(rows)} cannot be read; none is imported`}>
          <ul className="mt-1 grid max-h-44 gap-0.5 overflow-y-auto">
            {problems.map((one) => (
              <li key={`${one.line} ${one.column} ${one.message}`}>
                <span className="num font-[520]">Line {one.line}</span>, {one.column}: {one.message}
              </li>
            ))}
          </ul>
        </Notice>
      ) : (
        <p role="status" className="font-[520]">
          {plural(rows, 'task')} will be made{new_labels.length > 0 && `, and ${plural(new_labels.length, 'label')}`}.
        </p>
      )}
      {new_labels.length > 0 && (
        <p className="flex flex-wrap items-center gap-1 text-mute">
          New labels:
          {new_labels.slice(0, 20).map((name) => (
            <Chip key={name}>{name}</Chip>
          ))}
          {new_labels.length > 20 && `and ${count(new_labels.length - 20)} more`}
        </p>
      )}
      {ignored.length > 0 && (
        <p className="text-mute">
          {ignored.length === 1 ? 'A column means' : 'Columns mean'} nothing here and{' '}
          {ignored.length === 1 ? 'is' : 'are'} left out: {ignored.join(', ')}.
        </p>
      )}
      {tasks.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <div tabIndex={0} className="max-h-72 overflow-auto rounded-card border border-line">
          <table className="w-full text-left [&_td]:px-2.5 [&_td]:py-1.5 [&_th]:px-2.5 [&_th]:py-1.5 [&_tr]:border-line [&_tr]:border-b [&_tr:last-child]:border-0">
            <thead className="sticky top-0 bg-raise text-mute text-xs">
              <tr>
                <th className="w-12 font-normal">Line</th>
                <th className="font-normal">Task</th>
                <th className="font-normal">Status</th>
                <th className="font-normal">Priority</th>
                <th className="font-normal">Assignee</th>
                <th className="font-normal">Due</th>
              </tr>
            </thead>
            <tbody>
              {tasks.map((task) => (
                <tr key={task.line}>
                  <td className="num text-faint">{task.line}</td>
                  <td className="max-w-64 min-w-40">
                    <span className="block truncate font-[520]">{task.title}</span>
                    {task.parent && <span className="text-faint text-xs">part of {task.parent}</span>}
                  </td>
                  <td className="whitespace-nowrap">
                    <span className="inline-flex items-center gap-1.5">
                      <StatusIcon status={task.status} />
                      {STATUSES[task.status].word}
                    </span>
                  </td>
                  <td>{PRIORITIES[task.priority].word}</td>
                  <td className="max-w-36 truncate">{task.assignee ?? <span className="text-faint">nobody</span>}</td>
                  <td className="whitespace-nowrap">{task.due_date ? dueWord(task.due_date) : ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows > tasks.length + refused_rows && tasks.length > 0 && (
        <p className="text-mute text-xs">These are the first {count(tasks.length)}.</p>
      )}
    </div>
  );
}
