import { useQuery } from '@tanstack/react-query';
import type { ProjectRead } from '@/api/gen';
import {
  getFindingRuleOptions,
  getFindingRuleQueryKey,
  setFindingRuleMutation,
} from '@/api/gen/@tanstack/react-query.gen';
import { NotRead } from '@/components/not-read';
import { Section } from '@/components/section';
import { Pick } from '@/components/ui/pick';
import { useAction } from '@/lib/action';
import { queryClient } from '@/lib/client';
import { say, sayFailed } from '@/lib/toasts';
import type { Severity } from './severity';

const OFF = 'off';
const OPTIONS: readonly { value: Severity | typeof OFF; label: string }[] = [
  { value: OFF, label: 'none' },
  { value: 'high', label: 'high' },
  { value: 'medium', label: 'medium and above' },
  { value: 'low', label: 'low and above' },
  { value: 'info', label: 'every one' },
];

/** Which findings become tasks by themselves. */
export function FindingRule({ project }: { project: ProjectRead }) {
  const path = { project_id: project.id };
  const read = useQuery(getFindingRuleOptions({ path }));
  const { data } = read;
  const set = useAction(setFindingRuleMutation(), {
    onSuccess: (answer) => {
      queryClient.setQueryData(getFindingRuleQueryKey({ path }), answer);
      void say(answer.data.severity ? 'New findings become tasks from the next analysis on' : 'Findings stay findings');
    },
    onError: (error) => void sayFailed('The rule stays as it was', error),
  });
  return (
    <Section
      title="Findings as tasks"
      about="What an analysis finds can become a task by itself. Each finding has one task at most, which is done once a later analysis no longer has the finding."
    >
      {read.isError && !data && <NotRead what="The rule" of={read} />}
      {data && (
        <div className="grid justify-items-start gap-2">
          <Pick
            label="Findings that become tasks"
            value={data.data.severity ?? OFF}
            options={OPTIONS}
            onChange={(wanted) => set.mutate({ path, body: { severity: wanted === OFF ? null : wanted } })}
          />
          <p className="text-mute text-xs">
            Of one analysis at most 100, the gravest first. Any finding can be made a task by hand in its report.
          </p>
        </div>
      )}
    </Section>
  );
}
