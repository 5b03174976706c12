import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ToastLink } from '@/lib/toasts';
import { Button, ButtonLink } from './button';

export const toasts = Toast.createToastManager<ToastLink>();

function Toasts() {
  const { toasts: shown, close } = Toast.useToastManager<ToastLink>();
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      data-toast=""
      swipeDirection={['right', 'down']}
      className="pop pointer-events-auto rounded-card border border-edge bg-panel data-limited:hidden data-[type=bad]:border-bad/40"
    >
      <Toast.Content className="flex items-center gap-3 py-2 pr-2 pl-3">
        <div className="min-w-0 flex-1">
          <Toast.Title className="font-[520] text-sm" />
          <Toast.Description className="text-mute text-xs" />
        </div>
        {toast.data && (
          <ButtonLink {...toast.data.link} size="sm" onClick={() => close(toast.id)}>
            {toast.data.label}
          </ButtonLink>
        )}
        {toast.actionProps && <Toast.Action render={<Button size="sm" />} />}
        <Toast.Close
          // Else it would be hidden from those who cannot hover.
          aria-hidden={false}
          render={<Button look="quiet" size="sm" icon={<X />} aria-label="Dismiss" />}
        />
      </Toast.Content>
    </Toast.Root>
  ));
}

/** Where short messages appear: bottom right, above the navigation on a phone. Hover or focus keeps them. */
export default function ToastLayer() {
  return (
    <Toast.Provider toastManager={toasts} timeout={6000} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="pointer-events-none fixed right-3 bottom-3 z-60 grid w-[min(22rem,calc(100vw-1.5rem))] gap-2 outline-none max-md:bottom-[calc(4rem+env(safe-area-inset-bottom))]">
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
