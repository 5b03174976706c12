/** From live events to the query cache: the one place that knows which event changes which answer. */

import type { Query } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { client } from '@/api/gen/client.gen';
import { AskedAt } from './asked-at';
import { queryClient, stale } from './client';
import { isStepWord, type JobWord, patchJobs, patchStep } from './jobCache';
import { Live, type LiveEvent, type LiveState, OWN, type Socket } from './live';
import { Refetcher } from './refetcher';

const SUBPROTOCOL = 'taskyard.v1';

export const liveness = new Live(
  () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/ws`, SUBPROTOCOL) as unknown as Socket,
);

export function useLiveState(): LiveState {
  return useSyncExternalStore(liveness.watch, () => liveness.state);
}

/** Said with one's own account, which every page reads first: all that is read later holds everything up to there. */
const POSITION = 'Live-Position';

client.interceptors.response.use((response) => {
  const position = response.headers.get(POSITION);
  if (position) liveness.know(Number(position));
  return response;
});

const askedAt = new AskedAt(queryClient, () => liveness.position);

/** Where to begin to follow what these answers tell of: whatever happened since they were asked for comes. */
export function since(isMeant: (query: Query) => boolean): number | undefined {
  return askedAt.least(isMeant);
}

const refetcher = new Refetcher((operations) => void stale(...operations));

/** Asks again for these answers, soon. */
export function again(...operations: string[]): void {
  refetcher.want(...operations);
}

const JOB_LISTS = ['listJobs', 'listProjectJobs', 'listAllJobs', 'listAnalyses'];

/** Which answers a change of a thing makes stale, by the first word of the event's name. */
const STALE: Record<string, readonly string[]> = {
  project: ['listProjects', 'getProject', 'searchProjects', 'listMyTags', 'listTeam', 'listProjectTeams'],
  team: ['listTeams', 'getTeam', 'listTeamMembers', 'listTeamInvitations', 'listMyTeamInvitations', 'listTeamProjects'],
  member: ['listTeam', 'listInvitations', 'listMyInvitations', 'listProjects', 'getProject'],
  template: ['listTemplates'],
  invitation: ['listInvitations', 'listMyInvitations'],
  account: ['getMe', 'getProject', 'listProjects', 'listSecurityEvents', 'listUsers', 'getUser', 'listUserSessions'],
  session: ['listSessions', 'listSecurityEvents'],
  source: ['listSourceSnapshots', 'listTaskEvidence'],
  file: ['listFiles', 'listShares', 'getStorage', 'listAttachments'],
  task: [
    'listTasks',
    'listMyTasks',
    'getTask',
    'getTaskGraph',
    'listTaskActivity',
    'listAttachments',
    'listTaskFindings',
    'listTaskEvidence',
    'listFindings',
    'searchTasks',
  ],
  views: ['listViews'],
  labels: ['listLabels', 'listTasks', 'listMyTasks', 'getTask'],
  job: [...JOB_LISTS, 'getJob', 'getAnalysis', 'listTaskEvidence', 'listTaskFindings'],
  finding_rule: ['getFindingRule'],
  analysis: ['listAnalysisShares'],
  comment: ['listComments', 'listCommentHistory', 'searchComments'],
  notification: ['listNotifications', 'countUnreadNotifications'],
};

const ABOUT_A_JOB = ['getJob', 'listJobAssets', ...JOB_LISTS, 'getAnalysis'];
const ENDS = new Set(['job.completed', 'job.failed', 'job.cancelled']);

/** What an event of the person's own topic says. */
function apply(event: LiveEvent): void {
  const [family = ''] = event.name.split('.');
  const { id, seq } = event.data;
  if (family === 'job' && typeof id === 'string') patchJobs(id, { ...event.data, seq: Number(seq) });
  if (ENDS.has(event.name)) refetcher.hurry(...(STALE[family] ?? []));
  else refetcher.want(...(STALE[family] ?? []));
}

/** Everything that may have been missed is asked for again. */
function catchUp(): void {
  refetcher.want(...Object.values(STALE).flat());
}

/** Follows everything of the signed-in person, until stopped. */
export function followMe(): () => void {
  liveness.start();
  return liveness.on(OWN, { after: liveness.position, onEvent: apply, onReset: catchUp });
}

/** What one event of a job's own topic says. Log lines are for the page that shows them. */
export function applyJobEvent(jobId: string, event: LiveEvent): void {
  if (event.name === 'job.log') return;
  const { progress, step, status } = event.data;
  const word: JobWord = { seq: event.seq };
  if (typeof progress === 'number') word.progress = progress;
  if (typeof step === 'string') word.current_step = step;
  if (typeof status === 'string' && event.name !== 'job.step') word.status = status;
  if (event.name === 'job.step' && isStepWord(event.data)) {
    patchStep(jobId, event.seq, { ...event.data, at: event.at });
    word.current_step = event.data.title;
  }
  patchJobs(jobId, word);
  if (ENDS.has(event.name)) refetcher.hurry(...ABOUT_A_JOB);
  else if (event.name !== 'job.progress') refetcher.want('getJob', 'listJobAssets');
}

type Followed = { id: string; status: string; version?: number };

/** Follows the running jobs of a list closely, so that their lines move. */
export function useFollowJobs(jobs: readonly Followed[]): void {
  const running = jobs.filter((job) => job.status === 'running');
  const key = running.map((job) => job.id).join(' ');
  const versions = useRef(new Map<string, number | undefined>());
  versions.current = new Map(running.map((job) => [job.id, job.version]));
  useEffect(() => {
    const ids = key ? key.split(' ') : [];
    const ends = ids.map((id) =>
      liveness.on(`job:${id}`, {
        after: versions.current.get(id),
        onEvent: (event) => applyJobEvent(id, event),
        onReset: () => again(...ABOUT_A_JOB),
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  }, [key]);
}
