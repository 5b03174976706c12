import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/empty';
import { filtersOf, KINDS, type Kind, wordsOf } from './search';

const EXAMPLES = ['is:blocked assignee:me', 'is:open assignee:none', 'label:bug is:open'];

/** Before anything is looked for: what one can ask. */
export function Teach({ onAsk }: { onAsk: (q: string) => void }) {
  return (
    <Empty
      title="Find what you only half remember"
      action={EXAMPLES.map((example) => (
        <Button key={example} size="sm" onClick={() => onAsk(example)}>
          <code className="bg-transparent! p-0!">{example}</code>
        </Button>
      ))}
    >
      Words, their beginnings, or a task’s number; a typo does no harm. Filters narrow the tasks: <code>is:open</code>,{' '}
      <code>is:closed</code>, <code>is:blocked</code>, <code>assignee:</code> with a username, <code>me</code> or{' '}
      <code>none</code>, and <code>label:</code>.
    </Empty>
  );
}

type NoneProps = {
  q: string;
  kind: Kind;
  /** How many there are of the other kinds. */
  totals: Record<Kind, number | undefined>;
  onAsk: (q: string) => void;
  onKind: (kind: Kind) => void;
};

/** Nothing of this kind matches: why, and the ways out. */
export function None({ q, kind, totals, onAsk, onKind }: NoneProps) {
  const filters = kind === 'tasks' ? filtersOf(q) : [];
  const words = wordsOf(q);
  const others = (Object.keys(KINDS) as Kind[]).filter((other) => other !== kind && totals[other]);
  return (
    <Empty
      title={`No ${KINDS[kind].toLowerCase().slice(0, -1)} matches`}
      action={
        <>
          {filters.length > 0 && words && <Button onClick={() => onAsk(words)}>Search without the filters</Button>}
          {others.map((other) => (
            <Button key={other} onClick={() => onKind(other)}>
              {KINDS[other]} <span className="num font-normal text-mute">{totals[other]}</span>
            </Button>
          ))}
        </>
      }
    >
      {words ? <>Nothing you can see has “{words}” in it</> : 'Nothing you can see fits'}
      {filters.length > 0 && (
        <>
          {' '}
          with <code>{filters.join(' ')}</code>
        </>
      )}
      .
    </Empty>
  );
}
