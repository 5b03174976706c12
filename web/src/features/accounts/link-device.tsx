import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button';

const load = () => import('./link-device-dialog');
const LinkDeviceDialog = lazy(load);

/** Signs another device in, without a password on it. */
export function LinkDevice() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onPointerEnter={() => void load()} onFocus={() => void load()} onClick={() => setOpen(true)}>
        Sign in on another device
      </Button>
      <Suspense>{open && <LinkDeviceDialog onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
