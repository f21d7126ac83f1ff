import { entryOf, type MetadataEntry } from './entry.ts';
import {
  type EntryFragment,
  ListRuns,
  type ListRunsQuery,
  type ListRunsQueryVariables,
  type Operation,
  RunEntry,
} from './generated/operations.ts';
import type { ListedRun } from './list-runs.ts';
import type { RunReader } from './read-run.ts';

// Lists of runs with their latest entries: loaded by those who ask for them.

/** The query of a page on which each run has the latest entries of these keys, `$k0` and so on, as `e0` and so on. */
export function withEntries(keys: readonly string[]) {
  const numbers = [...keys.keys()];
  const variables = numbers.map((number) => `$k${number}:String!`).join('');
  const fields = numbers.map((number) => ` e${number}:runMetadata(key:$k${number}){...Entry}`).join('');
  // The service refuses a fragment that nothing uses.
  const fragment = keys.length === 0 ? '' : (/fragment Entry on [^}]*\}/.exec(RunEntry)?.[0] ?? '');
  const text = `${ListRuns.replace('){', `${variables}){`).replace('...Run', `...Run${fields}`)}${fragment}`;
  return {
    query: text as Operation<ListRunsQuery, ListRunsQueryVariables>,
    keys: Object.fromEntries(keys.map((key, number) => [`k${number}`, key])),
  };
}

/** A run of such a page, with the entries that it has under these keys by key in place of by number. */
export function listed(reader: RunReader, keys: readonly string[]): ListedRun {
  const run: RunReader & Record<string, unknown> = { ...reader };
  const latest = new Map<string, MetadataEntry>();
  keys.forEach((key, number) => {
    const entry = run[`e${number}`] as EntryFragment | null;
    if (entry) latest.set(key, entryOf(entry));
    delete run[`e${number}`];
  });
  return Object.assign(run, { latest });
}
