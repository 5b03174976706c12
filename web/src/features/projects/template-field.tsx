import { useQuery } from '@tanstack/react-query';
import { listTemplatesOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Field, inputClass } from '@/components/ui/field';
import { plural } from '@/lib/format';

/** What a project begins with that is made by no template. */
export const EMPTY = '';

/** What a new project begins with. */
export function TemplateField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { data } = useQuery(listTemplatesOptions());
  const chosen = data?.items.find(({ id }) => id === value);
  const hint = chosen && `${plural(chosen.tasks.length, 'task')} and ${plural(chosen.labels.length, 'label')}.`;
  return (
    <Field label="Begins with" hint={hint}>
      {(wiring) => (
        <select {...wiring} value={value} onChange={(event) => onChange(event.target.value)} className={inputClass}>
          <option value={EMPTY}>Nothing</option>
          {data?.items.map((template) => (
            <option key={template.id} value={template.id}>
              {template.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
