import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask.ts';
import { AttemptEntries, type EntryFragment, RunDetail, type RunDetailQuery } from '../generated/operations.ts';

export type Run = NonNullable<RunDetailQuery['pipelineRun']>;
export type Step = Run['steps']['nodes'][number];
export type Entry = EntryFragment;

/** A run with its steps, all their attempts, and the latest of all that it logged; null where there is none. */
export function useRun(ref: string) {
  return useQuery({
    queryKey: ['run', ref],
    queryFn: async ({ signal }) => (await ask(RunDetail, { ref }, signal)).pipelineRun,
  });
}

/** What one attempt logged, which a superseded one keeps to itself. Not asked for while `attempt` is null. */
export function useAttempt(run: string, attempt: { name: string; attempt: number } | null) {
  return useQuery({
    queryKey: ['attempt', run, attempt?.name, attempt?.attempt],
    enabled: attempt !== null,
    queryFn: async ({ signal }) => {
      const variables = { run, step: attempt!.name, attempt: attempt!.attempt };
      return (await ask(AttemptEntries, variables, signal)).pipelineRun?.step?.metadata ?? [];
    },
  });
}
