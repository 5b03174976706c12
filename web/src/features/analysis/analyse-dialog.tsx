import type { FormEvent } from 'react';
import type { AnalysisCreate } from '@/api/gen';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';

type Type = NonNullable<AnalysisCreate['analysis_types']>[number];

const TYPES: readonly { type: Type; name: string; about: string }[] = [
  { type: 'quality', name: 'Quality', about: 'faults, and functions that are hard to follow' },
  { type: 'security', name: 'Security', about: 'what an attacker could use' },
  { type: 'types', name: 'Types', about: 'what does not fit together' },
  { type: 'coverage', name: 'Coverage', about: 'runs the tests, and says what they reach' },
];

type AnalyseDialogProps = { busy: boolean; onStart: (body: AnalysisCreate) => void; onClose: () => void };

/** Asks what to look at. */
export default function AnalyseDialog({ busy, onStart, onClose }: AnalyseDialogProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const types = form.getAll('type') as Type[];
    if (types.length) onStart({ analysis_types: types, fresh: form.has('fresh') });
  }
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Analyse"
      description="Scores compare only between analyses that looked at the same things."
    >
      <form onSubmit={submit} className="grid gap-4">
        <fieldset className="grid gap-1">
          <legend className="mb-1.5 font-[520]">Look at</legend>
          {TYPES.map(({ type, name, about }) => (
            <label key={type} className="flex min-h-7 items-center gap-2.5">
              <input type="checkbox" name="type" value={type} defaultChecked className="size-4 accent-ink" />
              <span>
                {name} <span className="text-mute">{about}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <label className="flex min-h-7 items-center gap-2.5">
          <input type="checkbox" name="fresh" className="size-4 accent-ink" />
          Run again even where the same source has a result
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="ink" busy={busy && 'Starting…'}>
            Analyse
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
