import { Search, X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useShortcuts } from '@/lib/shortcuts';
import { Button } from './ui/button';
import { inputClass } from './ui/field';
import { Kbd } from './ui/kbd';

const SETTLE = 200;

type SearchBoxProps = { label: string; value: string; onChange: (value: string) => void; className?: string };

/** A search that waits until one pauses. `/` jumps into it, Escape empties it. */
export function SearchBox({ label, value, onChange, className = '' }: SearchBoxProps) {
  const [typed, setTyped] = useState(value);
  const box = useRef<HTMLInputElement>(null);
  const sent = useRef(value);
  useShortcuts([{ keys: '/', does: label, run: () => box.current?.select() }]);

  useEffect(() => {
    // The address changed by itself, for instance by going back.
    if (value !== sent.current) {
      sent.current = value;
      setTyped(value);
    }
  }, [value]);

  const send = useCallback(() => {
    if (typed === sent.current) return;
    sent.current = typed;
    onChange(typed);
  }, [typed, onChange]);

  useEffect(() => {
    const timer = setTimeout(send, SETTLE);
    return () => clearTimeout(timer);
  }, [send]);

  return (
    <div className={`relative flex min-w-0 items-center ${className}`}>
      <Search aria-hidden="true" className="pointer-events-none absolute left-2.5 size-3.5 text-faint" />
      <input
        ref={box}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        // Whoever goes on is done typing: sent later, it would call them back from where they went.
        onBlur={send}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (typed) setTyped('');
          else box.current?.blur();
        }}
        className={`${inputClass} pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden`}
      />
      <span className="absolute right-1.5 flex">
        {typed ? (
          <Button look="quiet" size="sm" icon={<X />} aria-label="Clear" onClick={() => setTyped('')} />
        ) : (
          <Kbd keys="/" />
        )}
      </span>
    </div>
  );
}
