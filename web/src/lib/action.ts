import { type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query';
import type { Problem } from './problem';

type Then<Data, Variables> = {
  onSuccess?: (data: Data, variables: Variables) => unknown;
  onError?: (error: Problem, variables: Variables) => unknown;
};

/** A generated mutation, whose errors are what lib/client.ts really makes of a refusal. */
export function useAction<Data, Refusal, Variables>(
  operation: UseMutationOptions<Data, Refusal, Variables>,
  then: Then<Data, Variables> = {},
): UseMutationResult<Data, Problem, Variables> {
  const { mutationFn } = operation;
  return useMutation<Data, Problem, Variables>({ ...(mutationFn ? { mutationFn } : {}), ...then });
}
