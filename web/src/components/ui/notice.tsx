import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const TONES = {
  bad: { box: 'border-bad/30 bg-bad-bg', icon: <CircleAlert className="text-bad" /> },
  warn: { box: 'border-warn/30 bg-warn-bg', icon: <TriangleAlert className="text-warn" /> },
  info: { box: 'border-info/25 bg-info-bg', icon: <Info className="text-info" /> },
};

type NoticeProps = { tone?: keyof typeof TONES; title?: string; children?: ReactNode; action?: ReactNode };

/** A sentence that must not be missed, in the place it belongs to. A bad one is read out at once. */
export function Notice({ tone = 'info', title, children, action }: NoticeProps) {
  const { box, icon } = TONES[tone];
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={`flex items-start gap-2.5 rounded-card border px-3 py-2.5 [&>svg]:mt-0.5 [&>svg]:size-3.5 [&>svg]:shrink-0 ${box}`}
    >
      {icon}
      <div className="min-w-0 flex-1">
        {title && <p className="font-semibold">{title}</p>}
        <div className="[overflow-wrap:anywhere]">{children}</div>
      </div>
      {action}
    </div>
  );
}
