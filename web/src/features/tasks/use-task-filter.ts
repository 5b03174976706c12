import { useRouterState } from '@tanstack/react-router';
import { readFilter, type TaskFilter } from './search';

/** The filters of the board or list one is on, for the way to the other; none elsewhere. */
export function useTaskFilter(): TaskFilter {
  return useRouterState({
    select: ({ location }) => (/\/(board|list)$/.test(location.pathname) ? readFilter(location.search) : {}),
    structuralSharing: true,
  });
}
