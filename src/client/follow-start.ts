import { isLater } from './entry.ts';
import { execute } from './execute.ts';
import * as operations from './generated/operations.ts';
import type { Settings } from './options.ts';
import { eachOf } from './pages.ts';

async function latestEntries(settings: Settings, run: string, signal: AbortSignal) {
  const variables = { run, scope: 'ALL' } as const;
  return (await execute(settings, operations.RunEntries, variables, { signal })).pipelineRun?.metadata ?? [];
}

/** The id of the newest entry that counts for the run; undefined when nothing has been logged to it. */
export async function latestIdOf(settings: Settings, run: string, signal: AbortSignal): Promise<string | undefined> {
  let latest: string | undefined;
  for (const { id } of await latestEntries(settings, run, signal)) if (isLater(id, latest)) latest = id;
  return latest;
}

/** The oldest entry of the run; undefined when nothing has been logged to it. Reads the run's whole history. */
export async function firstEntryOf(
  settings: Settings,
  run: string,
  signal: AbortSignal,
): Promise<operations.EntryFragment | undefined> {
  let first: operations.EntryFragment | undefined;
  const keys = new Set((await latestEntries(settings, run, signal)).map(({ key }) => key));
  for (const key of keys) {
    const history = eachOf(async (after) => {
      const answer = await execute(settings, operations.RunHistory, { run, key, first: 200, after }, { signal });
      return answer.pipelineRun?.metadataHistory ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    });
    for await (const entry of history) if (!first || isLater(first.id, entry.id)) first = entry;
  }
  return first;
}
