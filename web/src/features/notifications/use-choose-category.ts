import { useMutation } from '@tanstack/react-query';
import {
  type CategoryChoice,
  type CategoryRead,
  changeNotificationSettings,
  type NotificationSettings,
} from '@/api/gen';
import { getNotificationSettingsQueryKey } from '@/api/gen/@tanstack/react-query.gen';
import { queryClient } from '@/lib/client';
import type { Problem } from '@/lib/problem';
import { sayFailed } from '@/lib/toasts';

type Kept = { data: NotificationSettings };
type Choice = { before: CategoryRead; choice: CategoryChoice };

/** Chooses where to be told of something. It counts at once; a refusal puts the old choice back and says so. */
export function useChooseCategory(): (before: CategoryRead, choice: CategoryChoice) => void {
  const { mutate } = useMutation<void, Problem, Choice>({
    mutationFn: async ({ before, choice }) => {
      await changeNotificationSettings({ body: { categories: { [before.category]: choice } } });
    },
    onMutate: ({ before, choice }) =>
      keep({
        ...before,
        in_app: choice.in_app ?? before.in_app,
        email: choice.email ?? before.email,
        wanted: (choice.email ?? before.email) !== 'off',
      }),
    onError: (error, { before }) => {
      keep(before);
      void sayFailed('The choice was not kept', error);
    },
  });
  return (before, choice) => mutate({ before, choice });
}

function keep(category: CategoryRead): void {
  queryClient.setQueryData<Kept>(getNotificationSettingsQueryKey(), (kept) => {
    if (!kept) return kept;
    const categories = kept.data.categories.map((one) => (one.category === category.category ? category : one));
    return { data: { ...kept.data, categories } };
  });
}
