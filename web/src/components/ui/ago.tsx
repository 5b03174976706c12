import { useEffect, useState } from 'react';
import { ago, clock, exact, nextTick } from '@/lib/time';

/** A time that ticks; the exact one with its zone is on hover. */
export function Ago({ at, className }: { at: string; className?: string }) {
  const [now, setNow] = useState(() => new Date());
  const then = new Date(at);
  const wait = nextTick(then, now);
  useEffect(() => {
    const timer = setTimeout(() => setNow(new Date()), wait);
    return () => clearTimeout(timer);
  }, [wait]);
  return (
    <time dateTime={at} data-tip={exact(then)} className={className}>
      {ago(then, now)}
    </time>
  );
}

/** How long something has been going on, or took: "1:24". */
export function Elapsed({ from, to, className }: { from: string; to?: string | null; className?: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (to) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [to]);
  const end = to ? Date.parse(to) : now;
  return <span className={`num ${className ?? ''}`}>{clock(end - Date.parse(from))}</span>;
}
