import type { EmailRead } from '@/api/gen';
import { Ago } from '@/components/ui/ago';
import { Chip, type Tone } from '@/components/ui/chip';

const STATES: Record<EmailRead['status'], { word: string; tone: Tone; why?: string }> = {
  queued: { word: 'On its way', tone: 'wait' },
  sent: { word: 'Sent', tone: 'ok' },
  refused: { word: 'Refused', tone: 'bad', why: 'Your mail server refused it.' },
  failed: { word: 'Not sent', tone: 'bad', why: 'The mail server could not be reached in time.' },
  skipped: { word: 'Held back', tone: 'warn', why: 'There were more than 20 of this kind within an hour.' },
};

/** A letter, and what became of it. */
export function EmailRow({ email }: { email: EmailRead }) {
  const { word, tone, why } = STATES[email.status];
  return (
    <li className="flex items-start gap-3 border-line border-b px-3.5 py-2.5 last:border-0">
      <div className="min-w-0 flex-1">
        <p className="font-[520] [overflow-wrap:anywhere]">{email.subject}</p>
        <p className="text-mute text-xs [overflow-wrap:anywhere]">
          <Ago at={email.sent_at ?? email.created_at} />
          {why && ` · ${why}`}
          {email.reason && ` It said: ${email.reason}`}
          {email.status === 'queued' && email.attempts > 0 && ' · it is tried again'}
        </p>
      </div>
      <Chip tone={tone}>{word}</Chip>
    </li>
  );
}
