import type { LinkProps } from '@tanstack/react-router';
import type { CommentFound } from '@/api/gen';

/** Where a comment stands. */
export function placeOf(comment: CommentFound): LinkProps {
  const hash = `comment-${comment.id}`;
  const { entity_type: type, entity_id: id, project_id: projectId } = comment;
  if (type === 'job') return { to: '/runs/$jobId', params: { jobId: id }, hash } as LinkProps;
  if (type === 'task') {
    return { to: '/projects/$projectId/tasks/$taskId', params: { projectId, taskId: id }, hash } as LinkProps;
  }
  return { to: '/projects/$projectId', params: { projectId }, hash } as LinkProps;
}
