import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import type { TaskSummary } from '@/api/gen';
import { listTasksOptions } from '@/api/gen/@tanstack/react-query.gen';
import { inputClass } from '@/components/ui/field';
import { StatusIcon } from './task-chips';

const FOUND = 6;

type TaskFinderProps = {
  projectId: string;
  label: string;
  /** Tasks that are no answer. */
  but: readonly string[];
  onPick: (task: TaskSummary) => void;
  onClose: () => void;
};

/** Finds another task of the project by words or number. */
export function TaskFinder({ projectId, label, but, onPick, onClose }: TaskFinderProps) {
  const [words, setWords] = useState('');
  const q = useDeferredValue(words.trim());
  const { data } = useQuery({
    ...listTasksOptions({
      path: { project_id: projectId },
      query: { page_size: FOUND + Math.min(but.length, 10), sort: '-updated_at', ...(q ? { q } : {}) },
    }),
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? []).filter((task) => !but.includes(task.id)).slice(0, FOUND);

  function key(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
    const [first] = found;
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement && first) onPick(first);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it, wherever in it the focus is
    <div onKeyDown={key} className="rounded-card border border-edge bg-panel">
      <input
        aria-label={label}
        placeholder={label}
        // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
        autoFocus
        value={words}
        onChange={(event) => setWords(event.target.value)}
        className={`${inputClass} border-transparent! border-b-line! rounded-b-none!`}
      />
      <ul className="p-1">
        {found.map((task) => (
          <li key={task.id}>
            <button
              type="button"
              onClick={() => onPick(task)}
              className="flex min-h-7 w-full items-center gap-2 rounded-[5px] px-2 text-left hover:bg-raise"
            >
              <StatusIcon status={task.status} />
              <span className="shrink-0 font-mono text-2xs text-faint">{task.key}</span>
              <span className="truncate">{task.title}</span>
            </button>
          </li>
        ))}
        {data && !found.length && <li className="px-2 py-1.5 text-mute">No other task matches.</li>}
      </ul>
    </div>
  );
}
