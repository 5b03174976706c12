import { useMutation } from '@tanstack/react-query';
import { changeNotificationSettings, type NotificationSettings, type TopicRead } from '@/api/gen';
import { getNotificationSettingsQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { queryClient } from '@/lib/client';
import type { Problem } from '@/lib/problem';
import { sayFailed } from '@/lib/toasts';

type Kept = { data: NotificationSettings };
type Choice = { topic: TopicRead['topic']; wanted: boolean };

/** Chooses what to be told of. It counts at once; a refusal puts the old choice back and says so. */
export function useChooseTopic(): (topic: TopicRead['topic'], wanted: boolean) => void {
  const { mutate } = useMutation<void, Problem, Choice>({
    mutationFn: async ({ topic, wanted }) => {
      await changeNotificationSettings({ body: { topics: { [topic]: wanted } } });
    },
    onMutate: (choice) => keep(choice),
    onError: (error, { topic, wanted }) => {
      keep({ topic, wanted: !wanted });
      void sayFailed('The choice was not kept', error);
    },
  });
  return (topic, wanted) => mutate({ topic, wanted });
}

function keep({ topic, wanted }: Choice): void {
  queryClient.setQueryData<Kept>(getNotificationSettingsQueryKey(), (kept) => {
    if (!kept) return kept;
    const topics = kept.data.topics.map((one) => (one.topic === topic ? { ...one, wanted } : one));
    return { data: { ...kept.data, topics } };
  });
}
