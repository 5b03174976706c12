import { useQuery } from '@tanstack/react-query';
import { getStorageOptions } from '@/api/gen/@tanstack/react-query.gen';
import { Meter } from '@/components/ui/meter';
import { bytes } from '@/lib/format';

const NEARLY_FULL = 0.9;

/** How much of one's own storage is taken, over all projects. */
export function Storage() {
  const { data } = useQuery(getStorageOptions());
  if (!data) return null;
  const { used_bytes: used, limit_bytes: limit } = data.data;
  if (limit === null) return <span className="num text-mute text-xs">{bytes(used)} of yours in all</span>;
  const full = used >= NEARLY_FULL * limit;
  return (
    <span className="num flex items-center gap-2 text-mute text-xs">
      <span className="w-20">
        <Meter value={used} max={limit} label="Your storage" tone={full ? 'warn' : 'ink'} />
      </span>
      {bytes(used)} of your {bytes(limit)}
    </span>
  );
}
