import { type KeyboardEvent, useState } from 'react';
import type { LabelRead } from '@/api/gen';
import { createLabelMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { inputClass } from '@/components/ui/field';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';

const COLORS = ['#8a8f98', '#d73a4a', '#d98324', '#b8a100', '#2da44e', '#1b9aaa', '#2f6feb', '#8957e5', '#c2418e'];

type NewLabelProps = { projectId: string; onMade: (label: LabelRead) => void; onCancel: () => void };

/** Makes a label where one is chosen: a name, and a colour. */
export function NewLabel({ projectId, onMade, onCancel }: NewLabelProps) {
  const [name, setName] = useState('');
  const [color, setColor] = useState(COLORS[6] ?? '#2f6feb');
  const create = useAction(createLabelMutation(), {
    onSuccess: ({ data }) => {
      void stale('listLabels');
      onMade(data);
    },
  });
  const make = () =>
    name.trim() && create.mutate({ path: { project_id: projectId }, body: { name: name.trim(), color } });

  function key(event: KeyboardEvent) {
    // The menu around it would take letters as a search among its items.
    event.stopPropagation();
    if (event.key === 'Enter') make();
    if (event.key === 'Escape') onCancel();
  }

  return (
    <div className="grid w-60 gap-2.5 p-1.5">
      <input
        aria-label="Name of the label"
        placeholder="Name of the label"
        value={name}
        maxLength={60}
        // biome-ignore lint/a11y/noAutofocus: it stands where the item was that asked for it
        autoFocus
        onChange={(event) => setName(event.target.value)}
        onKeyDown={key}
        className={inputClass}
      />
      <div role="radiogroup" aria-label="Colour" className="flex flex-wrap gap-1">
        {COLORS.map((one) => (
          <label
            key={one}
            className="relative grid size-6 place-items-center rounded-full has-checked:outline-2 has-checked:outline-ink"
          >
            <input
              type="radio"
              name="color"
              value={one}
              aria-label={one}
              checked={one === color}
              onChange={() => setColor(one)}
              onKeyDown={(event) => event.stopPropagation()}
              className="absolute inset-0 appearance-none opacity-0"
            />
            <span aria-hidden="true" className="size-4 rounded-full" style={{ background: one }} />
          </label>
        ))}
      </div>
      {create.error && (
        <p role="alert" className="text-bad text-xs">
          {create.error.fields.name ?? create.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button size="sm" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="sm" look="ink" busy={create.isPending && 'Making…'} onClick={make}>
          Make label
        </Button>
      </div>
    </div>
  );
}
