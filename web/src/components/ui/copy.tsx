import { Check, Copy as CopyIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copy } from '@/lib/clipboard';
import { Button } from './button';

/** Puts a text on the clipboard and says so, to eyes and to readers. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <>
      <Button
        look="quiet"
        size="sm"
        icon={done ? <Check className="text-ok" /> : <CopyIcon />}
        aria-label={`Copy ${what}`}
        data-tip={done ? 'Copied' : `Copy ${what}`}
        onClick={async () => setDone(await copy(text))}
      />
      <span role="status" className="sr-only">
        {done ? 'Copied' : ''}
      </span>
    </>
  );
}
