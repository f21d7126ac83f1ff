import { isLater } from './entry.ts';
import { execute } from './execute.ts';
import * as operations from './generated/operations.ts';
import type { Settings } from './options.ts';
import { eachOf, type Page } from './pages.ts';

const noPage = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } satisfies Page<never>;

/** The latest entries of the run itself and of every attempt of its steps, superseded ones included. */
async function listLatest(
  settings: Settings,
  run: string,
  keys: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly key: string }[]> {
  const entries: { readonly id: string; readonly key: string }[] = [];
  const steps = eachOf(async (after) => {
    const { pipelineRun } = await execute(settings, operations.RunLatestIds, { run, keys, after }, { signal });
    if (after === null) entries.push(...(pipelineRun?.metadata ?? []));
    return pipelineRun?.steps ?? noPage;
  });
  for await (const step of steps) entries.push(...step.metadata);
  return entries;
}

/** The id of the newest entry of the run, under some keys or any; undefined when nothing has been logged there. */
export async function latestIdOf(
  settings: Settings,
  run: string,
  keys: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  let latest: string | undefined;
  for (const { id } of await listLatest(settings, run, keys, signal)) if (isLater(id, latest)) latest = id;
  return latest;
}

/** The oldest entry of the run; undefined when nothing has been logged to it. Reads the run's whole history. */
export async function firstEntryOf(
  settings: Settings,
  run: string,
  signal: AbortSignal,
): Promise<operations.EntryFragment | undefined> {
  let first: operations.EntryFragment | undefined;
  const keys = new Set((await listLatest(settings, run, undefined, signal)).map(({ key }) => key));
  for (const key of keys) {
    const history = eachOf(async (after) => {
      const answer = await execute(settings, operations.RunHistory, { run, key, first: 200, after }, { signal });
      return answer.pipelineRun?.metadataHistory ?? noPage;
    });
    for await (const entry of history) if (!first || isLater(first.id, entry.id)) first = entry;
  }
  return first;
}
