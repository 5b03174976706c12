import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { overlay } from '@/lib/overlay';
import { useWhyNot } from '@/lib/rights';

/** Opens the dialog that makes a project. */
export function NewProjectButton({ look = 'ink', icon }: { look?: 'ink' | 'line'; icon?: ReactNode }) {
  return (
    <Button
      look={look}
      icon={icon}
      aria-keyshortcuts="N"
      denied={useWhyNot('project:create')}
      onClick={() => overlay('new-project')}
    >
      New project
    </Button>
  );
}
