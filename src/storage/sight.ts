/**
 * What of the ledger a caller may see: all; the runs of some pipelines, by name or by the beginning of it; or one run. What
 * is out of sight does not exist for whoever reads or writes through it.
 */
export type Sight =
  | { readonly of: 'all' }
  | { readonly of: 'pipelines'; readonly names: readonly string[]; readonly prefixes: readonly string[] }
  | {
      readonly of: 'run';
      readonly runId: string;
      /** Only this step of it may be written to; all may be read. */
      readonly stepId?: string;
    };

export const allInSight: Sight = { of: 'all' };

/** Whether a run, of which the id and the pipeline are known, is in sight. */
export function isInSight(sight: Sight, run: { id: string; pipeline: string }): boolean {
  if (sight.of === 'all') return true;
  if (sight.of === 'run') return run.id === sight.runId;
  return isPipelineInSight(sight, run.pipeline);
}

/** Whether runs of a pipeline are in sight, as far as that is a matter of pipelines. */
export function isPipelineInSight(sight: Sight, pipeline: string): boolean {
  if (sight.of !== 'pipelines') return sight.of === 'all';
  return sight.names.includes(pipeline) || sight.prefixes.some((prefix) => pipeline.startsWith(prefix));
}
