import { entryOf, type MetadataEntry } from './entry.ts';
import {
  type EntryFragment,
  ListRuns,
  type ListRunsQuery,
  type ListRunsQueryVariables,
  type Operation,
  RunEntry,
  type RunFragment,
} from './generated/operations.ts';
import type { ListedRun } from './list-runs.ts';
import type { RunReader } from './read-run.ts';

// Lists of runs with their latest entries: loaded by those who ask for them.

export type RunWithEntries = RunFragment & Readonly<Record<string, unknown>>;

/** The query of a page on which each run has the latest entries of so many keys, `$k0` and so on, as `e0` and so on. */
export function withEntries(count: number): Operation<ListRunsQuery, ListRunsQueryVariables> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const variables = numbers.map((number) => `$k${number}:String!`).join('');
  const fields = numbers.map((number) => ` e${number}:runMetadata(key:$k${number}){...Entry}`).join('');
  const fragment = /fragment Entry on [^}]*\}/.exec(RunEntry)?.[0] ?? '';
  return `${ListRuns.replace('){', `${variables}){`).replace('...Run', `...Run${fields}`)}${fragment}` as Operation<
    ListRunsQuery,
    ListRunsQueryVariables
  >;
}

/** A run of such a page with the entries that it has under these keys. */
export function listed(reader: RunReader, node: RunWithEntries, keys: readonly string[]): ListedRun {
  const latest = new Map<string, MetadataEntry>();
  keys.forEach((key, number) => {
    const entry = node[`e${number}`] as EntryFragment | null;
    if (entry) latest.set(key, entryOf(entry));
  });
  return { ...reader, latest };
}
