import { CloudOff, Radio, RefreshCw } from 'lucide-react';
import { Chip, type Tone } from '@/components/ui/chip';
import { plural } from '@/lib/format';
import type { LiveState } from '@/lib/live';
import { useLiveState } from '@/lib/liveCache';
import { useUnsent } from '@/lib/unsent';

const SAYS: Record<LiveState, { word: string; tone: Tone; tip: string; icon: typeof Radio }> = {
  live: { word: 'Live', tone: 'plain', tip: 'What changes is shown at once', icon: Radio },
  reconnecting: { word: 'Reconnecting…', tone: 'warn', tip: 'What was missed will be caught up on', icon: RefreshCw },
  offline: {
    word: 'Offline',
    tone: 'bad',
    tip: 'The server does not answer; it is tried again by itself',
    icon: CloudOff,
  },
  off: { word: 'Connecting…', tone: 'plain', tip: 'Following begins', icon: RefreshCw },
};

/** Whether what one sees is what is, and what of it only this tab knows. */
export function LiveIndicator() {
  const { word, tone, tip, icon: Icon } = SAYS[useLiveState()];
  const unsent = useUnsent();
  return (
    <span role="status" data-tip={tip} className="max-sm:hidden">
      <Chip tone={tone} icon={<Icon />}>
        {word}
        {unsent > 0 && `, ${plural(unsent, 'change')} not sent yet`}
      </Chip>
    </span>
  );
}

/** On a phone it is said only when something is wrong. */
export function OfflineBanner() {
  const state = useLiveState();
  const unsent = useUnsent();
  if (state !== 'offline') return null;
  return (
    <p role="status" className="border-bad/30 border-b bg-bad-bg px-4 py-1.5 text-center text-xs sm:hidden">
      Offline. {unsent > 0 && `${plural(unsent, 'change')} not sent yet. `}The server is tried again by itself.
    </p>
  );
}
