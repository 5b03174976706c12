import { Segmented } from '@/components/ui/segmented';
import { useMe } from '@/lib/session';

const OPTIONS = [
  { value: 'mine', label: 'Mine' },
  { value: 'all', label: 'Everyone’s' },
] as const;

type WhoseProps = { all: true | undefined; onChange: (all: true | undefined) => void };

/** Whose things a list shows. Only administrators see everyone's. */
export function Whose({ all, onChange }: WhoseProps) {
  if (useMe().role !== 'admin') return null;
  return (
    <Segmented
      label="Whose"
      value={all ? 'all' : 'mine'}
      options={OPTIONS}
      onChange={(value) => onChange(value === 'all' || undefined)}
    />
  );
}
