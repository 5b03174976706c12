import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { UploadRead } from '@/api/gen';
import { listUploadsOptions } from '@/api/gen/@tanstack/react-query.gen';
import { useProject } from '@/features/projects/use-project';
import { useWhyNotIn } from '@/lib/rights';
import { useMe } from '@/lib/session';
import { clear, type Going, give, type Place, taskOf, useGoing } from '@/lib/uploads';

/** No account has more under way. */
const MOST = 20;

type PlaceState = {
  place: Place;
  /** Why this account can give nothing here; undefined where it can. */
  denied: string | undefined;
  going: Going[];
  /** What lies on the server in part, and is not being sent from here. */
  unfinished: UploadRead[];
  /** Sends files; one that was begun before goes on where it stopped. */
  take: (files: readonly File[]) => void;
};

/** What goes to a place, and what could. */
export function usePlace(projectId: string, purpose: Place['purpose'], taskId?: string): PlaceState {
  const denied = useWhyNotIn(useProject(projectId), 'file:upload');
  const by = useMe().id;
  const place = { projectId, purpose, taskId, by };
  const going = useGoing(place);
  const query = { project_id: projectId, purpose, page_size: MOST };
  const { data } = useQuery({ ...listUploadsOptions({ query }), enabled: !denied });
  const busy = new Set(going.filter(({ step }) => step !== 'refused').map(({ uploadId }) => uploadId));
  const unfinished = (data?.items ?? []).filter(({ id }) => !busy.has(id) && taskOf(id) === taskId);
  useEffect(() => () => clear({ projectId, purpose, taskId, by }), [projectId, purpose, taskId, by]);
  const take = (files: readonly File[]) => {
    for (const file of files) {
      const begun = unfinished.find((upload) => looksLike(upload, file));
      give(place, file, begun);
    }
  };
  return { place, denied, going, unfinished, take };
}

function looksLike({ name, size_bytes, modified_at }: UploadRead, file: File): boolean {
  const sameTime = modified_at !== null && Date.parse(modified_at) === file.lastModified;
  return name === file.name && size_bytes === file.size && sameTime;
}
