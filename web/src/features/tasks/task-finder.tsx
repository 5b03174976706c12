import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useState } from 'react';
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
  const [at, setAt] = useState(0);
  /** The words after which Enter was pressed. */
  const [entered, setEntered] = useState<string>();
  const id = useId();
  const q = useDeferredValue(words.trim());
  const { data, isPlaceholderData } = useQuery({
    ...listTasksOptions({
      path: { project_id: projectId },
      query: { page_size: FOUND + Math.min(but.length, 10), sort: '-updated_at', ...(q ? { q } : {}) },
    }),
    placeholderData: keepPreviousData,
  });
  const isOld = isPlaceholderData || q !== words.trim();
  const found = (data?.items ?? []).filter((task) => !but.includes(task.id)).slice(0, FOUND);

  const active = Math.min(at, found.length - 1);

  function key(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      setAt((active + step + found.length) % found.length);
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      setEntered(words);
    }
  }

  // What is shown may be for fewer words than were typed: Enter means what is found for these, once it is.
  useEffect(() => {
    if (entered === undefined || isOld || !data) return;
    setEntered(undefined);
    const chosen = found[active];
    if (entered === words && chosen) onPick(chosen);
  });

  return (
    <div className="rounded-card border border-edge bg-panel">
      <input
        role="combobox"
        aria-label={label}
        aria-expanded={found.length > 0}
        aria-controls={id}
        aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
        autoComplete="off"
        onKeyDown={key}
        onBlur={(event) => !event.currentTarget.value && onClose()}
        placeholder={label}
        // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it
        autoFocus
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        className={`${inputClass} border-transparent! border-b-line! rounded-b-none!`}
      />
      <div role="listbox" id={id} aria-label="Tasks that match" className="p-1">
        {found.map((task, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the field above
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays there
          <div
            key={task.id}
            role="option"
            id={`${id}-${place}`}
            aria-selected={place === active}
            onPointerMove={() => setAt(place)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onPick(task)}
            className={`flex min-h-7 items-center gap-2 rounded-[5px] px-2 ${place === active ? 'bg-raise' : ''}`}
          >
            <StatusIcon status={task.status} />
            <span className="shrink-0 font-mono text-2xs text-faint">{task.key}</span>
            <span className="truncate">{task.title}</span>
          </div>
        ))}
      </div>
      {data && !found.length && <p className="px-3 pb-2 text-mute">No other task matches.</p>}
    </div>
  );
}
