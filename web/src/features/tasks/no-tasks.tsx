import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { Kbd } from '@/components/ui/kbd';
import { overlay } from '@/lib/overlay';

/** The first screen of a project without tasks. */
export function NoTasks({ why }: { why: string | undefined }) {
  if (why) {
    return (
      <Empty title="No tasks yet">
        What this project’s members plan will stand here, in columns from idea to done.
      </Empty>
    );
  }
  return (
    <Empty
      title="Plan what is next"
      action={
        <Button look="ink" after={<Kbd keys="C" inverse />} onClick={() => overlay('new-task')}>
          New task
        </Button>
      }
    >
      A task is one thing to do. It goes from column to column until it is done: drag its card, or press{' '}
      <kbd>Shift</kbd> and an arrow. Everybody in the project sees it move.
    </Empty>
  );
}
