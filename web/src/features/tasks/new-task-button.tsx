import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import { overlay } from '@/lib/overlay';
import { useWhyNot } from '@/lib/rights';

/** Opens the dialog that makes a task. */
export function NewTaskButton({ look = 'ink' }: { look?: 'ink' | 'line' }) {
  return (
    <Button
      look={look}
      aria-keyshortcuts="C"
      after={<Kbd keys="C" inverse={look === 'ink'} />}
      denied={useWhyNot('task:create')}
      onClick={() => overlay('new-task')}
    >
      New task
    </Button>
  );
}
