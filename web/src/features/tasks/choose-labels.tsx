import { Menu as Base } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Check, Tags } from 'lucide-react';
import { useState } from 'react';
import type { LabelRead, TaskSummary } from '@/api/gen';
import { listLabelsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { MENU_ROW, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/menu';
import { changeAll } from './change';
import { LabelDot } from './label';
import { NewLabel } from './new-label';

/** Puts labels on tasks and takes them off; a label that is missing is made here. */
export default function ChooseLabels({ tasks, first }: { tasks: readonly TaskSummary[]; first: TaskSummary }) {
  const { data } = useQuery(listLabelsOptions({ path: { project_id: first.project_id } }));
  const [worn, setWorn] = useState(() => new Map(tasks.map((task) => [task.id, task.labels])));
  const [making, setMaking] = useState(false);
  if (!data) return <MenuLabel>Looking up the labels…</MenuLabel>;

  function put(label: LabelRead, on: boolean) {
    const next = new Map([...worn].map(([id, labels]) => [id, toggled(labels, label, on)]));
    setWorn(next);
    const part = on ? { add_label_ids: [label.id] } : { remove_label_ids: [label.id] };
    void changeAll(tasks, part, ({ id }) => ({ labels: next.get(id) ?? [] }));
  }

  if (making) {
    return (
      <NewLabel
        projectId={first.project_id}
        onMade={(label) => {
          setMaking(false);
          put(label, true);
        }}
        onCancel={() => setMaking(false)}
      />
    );
  }
  return (
    <>
      {data.items.map((label) => {
        const on = tasks.every((task) => worn.get(task.id)?.some((one) => one.id === label.id));
        return (
          <Base.CheckboxItem
            key={label.id}
            checked={on}
            onCheckedChange={(next) => put(label, next)}
            className={MENU_ROW}
          >
            <LabelDot color={label.color} />
            <span className="min-w-0 flex-1 truncate">{label.name}</span>
            <Base.CheckboxItemIndicator>
              <Check />
            </Base.CheckboxItemIndicator>
          </Base.CheckboxItem>
        );
      })}
      {data.items.length > 0 && <MenuSeparator />}
      <MenuItem icon={<Tags />} closeOnClick={false} onClick={() => setMaking(true)}>
        New label…
      </MenuItem>
    </>
  );
}

function toggled(labels: readonly LabelRead[], label: LabelRead, on: boolean): LabelRead[] {
  const others = labels.filter((one) => one.id !== label.id);
  return on ? [...others, label] : others;
}
