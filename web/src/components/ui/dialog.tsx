import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { Button } from './button';

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  /** Where the focus goes first; the first field or button otherwise. */
  initialFocus?: RefObject<HTMLElement | null>;
  className?: string;
};

/** A question over the page: focus stays in it, Escape closes it, and on a phone it rises from the edge. */
export function Dialog({ open, onOpenChange, title, description, children, initialFocus, className }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="pop fixed inset-0 z-40 bg-scrim" />
        <Base.Popup
          {...(initialFocus ? { initialFocus } : {})}
          className={`pop fixed z-50 grid grid-cols-[minmax(0,1fr)] max-h-[calc(100dvh-2rem)] gap-4 overflow-y-auto border border-edge bg-panel p-5 outline-none max-sm:inset-x-0 max-sm:bottom-0 max-sm:rounded-t-panel max-sm:border-x-0 max-sm:border-b-0 max-sm:pb-[max(1.25rem,env(safe-area-inset-bottom))] sm:top-[12vh] sm:max-h-[calc(88dvh-1rem)] sm:left-1/2 sm:w-[27rem] sm:-translate-x-1/2 sm:rounded-panel ${className ?? ''}`}
        >
          <header className="flex items-start gap-4">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-base">{title}</Base.Title>
              {description && (
                <Base.Description className="mt-1 text-mute [text-wrap:pretty]">{description}</Base.Description>
              )}
            </div>
            <Base.Close render={<Button look="quiet" size="sm" icon={<X />} aria-label="Close" />} />
          </header>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
