import { CloudOff, Radio, RefreshCw } from 'lucide-react';
import { Chip, type Tone } from '@/components/ui/chip';
import type { LiveState } from '@/lib/live';
import { useLiveState } from '@/lib/liveCache';

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

/** Whether what one sees is what is. */
export function LiveIndicator() {
  const { word, tone, tip, icon: Icon } = SAYS[useLiveState()];
  return (
    <span role="status" data-tip={tip} className="max-sm:hidden">
      <Chip tone={tone} icon={<Icon />}>
        {word}
      </Chip>
    </span>
  );
}

/** On a phone it is said only when something is wrong. */
export function OfflineBanner() {
  const state = useLiveState();
  if (state !== 'offline') return null;
  return (
    <p role="status" className="border-bad/30 border-b bg-bad-bg px-4 py-1.5 text-center text-xs sm:hidden">
      Offline. The server is tried again by itself.
    </p>
  );
}
