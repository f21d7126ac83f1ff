import { sightOfPipelines } from '../domain/caller.ts';
import type { MovedRuns } from '../storage/move/export.ts';

/** Pipelines, each a name or with a `*` at its end the beginning of names; null, for all, where there is none. */
export function pipelinesOf(patterns: readonly string[]): MovedRuns['pipelines'] {
  const sight = sightOfPipelines(patterns.length > 0 ? patterns : null);
  return sight.of === 'pipelines' ? sight : null;
}
