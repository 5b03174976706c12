import { ChevronLeft, ChevronRight } from 'lucide-react';
import { count } from '@/lib/format';
import { Button } from './ui/button';

type PagerProps = {
  page: number;
  pageSize: number;
  total: number;
  what: string;
  onPage: (page: number) => void;
  /** What lies before and after. */
  words?: readonly [string, string];
};

/** Where in a list one is; nothing when it fits on one page. */
export function Pager({ page, pageSize, total, what, onPage, words = ['Newer', 'Older'] }: PagerProps) {
  const last = Math.ceil(total / pageSize);
  if (last <= 1) return null;
  const from = (page - 1) * pageSize + 1;
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-3 px-4 py-3 md:px-[1.125rem]">
      <p className="num text-mute text-xs">
        {count(from)}–{count(Math.min(total, from + pageSize - 1))} of {count(total)} {what}
      </p>
      <div className="flex gap-1.5">
        <Button size="sm" icon={<ChevronLeft />} disabled={page <= 1} onClick={() => onPage(page - 1)}>
          {words[0]}
        </Button>
        <Button size="sm" after={<ChevronRight />} disabled={page >= last} onClick={() => onPage(page + 1)}>
          {words[1]}
        </Button>
      </div>
    </nav>
  );
}
