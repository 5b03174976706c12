import {
  AtSign,
  CircleCheck,
  CircleX,
  LogOut,
  type LucideIcon,
  Mail,
  MessageSquare,
  SquareCheckBig,
  UserPlus,
  UserRoundCheck,
} from 'lucide-react';
import type { NotificationRead } from '@/api/gen';

type Type = NotificationRead['type'];

/** What each kind of news says after who did it; runs tell of themselves. */
export const SAYS: Record<Type, { icon: LucideIcon; words: string }> = {
  mention: { icon: AtSign, words: 'mentioned you' },
  comment_added: { icon: MessageSquare, words: 'commented' },
  task_assigned: { icon: UserPlus, words: 'assigned it to you' },
  task_completed: { icon: SquareCheckBig, words: 'completed it' },
  team_invite: { icon: Mail, words: 'invites you to the project' },
  team_joined: { icon: UserRoundCheck, words: 'joined' },
  team_member_left: { icon: LogOut, words: 'left' },
  job_failed: { icon: CircleX, words: 'It failed' },
  job_completed: { icon: CircleCheck, words: 'It is done' },
};

/** A run ends by itself, whoever asked for it. */
export const BY_ITSELF = new Set<Type>(['job_failed', 'job_completed']);
