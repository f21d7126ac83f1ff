import { forbidden } from '../errors.ts';
import type { Reader } from '../storage/postgres/database.ts';

/**
 * What a run token may write to: its run, or only one step of it. Others may write to whatever they see.
 * @throws FORBIDDEN.
 */
export function checkWritable<Target extends { stepId: string } | { runId: string }>(
  { sight }: Reader,
  target: Target,
): Target {
  if (sight.of !== 'run' || sight.stepId === undefined) return target;
  if ('stepId' in target && target.stepId === sight.stepId) return target;
  throw forbidden(`This run token is for the step ${sight.stepId} alone.`);
}
