import { useMutation } from '@tanstack/react-query';
import { type CategoryRead, changeNotificationSettings, type NotificationSettings } from '@/api/gen';
import { getNotificationSettingsQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { queryClient } from '@/lib/client';
import type { Problem } from '@/lib/problem';
import { sayFailed } from '@/lib/toasts';

type Kept = { data: NotificationSettings };
type Choice = { category: CategoryRead['category']; wanted: boolean };

/** Chooses what to be told of. It counts at once; a refusal puts the old choice back and says so. */
export function useChooseCategory(): (category: CategoryRead['category'], wanted: boolean) => void {
  const { mutate } = useMutation<void, Problem, Choice>({
    mutationFn: async ({ category, wanted }) => {
      await changeNotificationSettings({ body: { categories: { [category]: wanted } } });
    },
    onMutate: (choice) => keep(choice),
    onError: (error, { category, wanted }) => {
      keep({ category, wanted: !wanted });
      void sayFailed('The choice was not kept', error);
    },
  });
  return (category, wanted) => mutate({ category, wanted });
}

function keep({ category, wanted }: Choice): void {
  queryClient.setQueryData<Kept>(getNotificationSettingsQueryKey(), (kept) => {
    if (!kept) return kept;
    const categories = kept.data.categories.map((one) => (one.category === category ? { ...one, wanted } : one));
    return { data: { ...kept.data, categories } };
  });
}
