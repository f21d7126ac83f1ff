import { found } from '@runledger/client/internal/entry';
import { execute } from '@runledger/client/internal/execute';
import type { Settings } from '@runledger/client/internal/options';
import { eachOf } from '@runledger/client/internal/pages';
import { MoreSteps, type ShowRunQuery } from '../generated/operations.ts';

export type ShownRun = NonNullable<ShowRunQuery['pipelineRun']>;

/** The run with all its steps: one that has many comes with the first of them. */
export async function withAllSteps(settings: Settings, run: ShownRun): Promise<ShownRun> {
  const { pageInfo } = run.steps;
  if (!pageInfo.hasNextPage) return run;
  const nodes = [...run.steps.nodes];
  const more = eachOf(async (after) => {
    const variables = { run: run.id, after: after ?? pageInfo.endCursor };
    return found((await execute(settings, MoreSteps, variables)).pipelineRun, `run "${run.name}" any more`).steps;
  });
  for await (const step of more) nodes.push(step);
  return { ...run, steps: { ...run.steps, nodes } };
}

/** Of a run that has all its steps, one of them with all its attempts, and what it logged. */
export function onlyStep(run: ShownRun, name: string): ShownRun {
  const nodes = run.steps.nodes.filter((step) => step.name === name);
  found(nodes[0], `step "${name}" in run "${run.name}"`);
  const metadata = run.metadata.filter((entry) => entry.step?.name === name);
  return { ...run, steps: { ...run.steps, nodes, totalCount: nodes.length }, metadata };
}
