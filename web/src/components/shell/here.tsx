import { useQuery } from '@tanstack/react-query';
import { type LinkProps, useRouter, useRouterState } from '@tanstack/react-router';
import { ChartNoAxesGantt, LayoutGrid, List, type LucideIcon, UserPlus } from 'lucide-react';
import { getProjectOptions } from '@/api/gen/@tanstack/react-query.gen';
import type { Group } from './found';

type Part = { label: string; to: LinkProps['to']; icon: LucideIcon; keys?: string };

const PARTS: readonly Part[] = [
  { label: 'Board', to: '/projects/$projectId/board', icon: LayoutGrid, keys: 'G B' },
  { label: 'List of tasks', to: '/projects/$projectId/list', icon: List, keys: 'G L' },
  { label: 'Overview', to: '/projects/$projectId', icon: ChartNoAxesGantt, keys: 'G O' },
  { label: 'Members of the project', to: '/projects/$projectId/team', icon: UserPlus },
];

/** The project one is in, or nothing. */
export function useProjectHere(): string | undefined {
  return useRouterState({
    select: ({ matches }) => (matches.at(-1)?.params as { projectId?: string } | undefined)?.projectId,
  });
}

/** What there is of the project one is in. */
export function useHere(): Group {
  const router = useRouter();
  const projectId = useProjectHere();
  const { data } = useQuery({
    ...getProjectOptions({ path: { project_id: projectId ?? '' } }),
    enabled: projectId !== undefined,
  });
  const items = (projectId ? PARTS : []).map(({ label, to, icon: Icon, keys }) => ({
    value: label,
    label,
    icon: <Icon />,
    ...(keys ? { keys } : {}),
    ...(data ? { beside: data.data.name } : {}),
    run: () => void router.navigate({ to, params: { projectId } } as LinkProps),
  }));
  return { value: 'Here', items };
}
