import { useRouter } from '@tanstack/react-router';
import { createSampleProjectMutation } from '@/api/gen/@tanstack/react-query.gen';
import { Button } from '@/components/ui/button';
import { useAction } from '@/lib/action';
import { stale } from '@/lib/client';
import { useWhyNot } from '@/lib/rights';
import { sayFailed } from '@/lib/toasts';

/** Opens the sample: a project with real source, ready to be analysed. */
export function SampleButton({ look = 'line' }: { look?: 'ink' | 'line' }) {
  const router = useRouter();
  const open = useAction(createSampleProjectMutation(), {
    onSuccess: async ({ data }) => {
      await router.navigate({ to: '/projects/$projectId', params: { projectId: data.id } });
      await stale('listProjects');
    },
    onError: (error) => void sayFailed('The sample was not opened', error),
  });
  return (
    <Button
      look={look}
      denied={useWhyNot('project:create')}
      busy={open.isPending && 'Opening…'}
      onClick={() => open.mutate({})}
    >
      Open the sample project
    </Button>
  );
}
