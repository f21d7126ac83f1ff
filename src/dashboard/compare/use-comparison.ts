import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CompareLine } from '../../format/comparison.ts';
import { ask } from '../api/ask.ts';
import { Compare, type CompareQuery, type Operation } from '../generated/operations.ts';
import { useViewQuery } from '../parts/view.ts';

export type Comparison = CompareQuery['compareRuns'];

export function useComparison(refs: readonly string[]) {
  useViewQuery(Compare, { refs });
  return useQuery({
    queryKey: ['compare', refs],
    enabled: refs.length > 0,
    queryFn: async ({ signal }) => (await ask(Compare, { refs }, signal)).compareRuns,
    placeholderData: keepPreviousData,
  });
}

/** As many as a query may have aliases, less one. */
const maxMissing = 99;

type Histories = Record<string, { metadataHistory: { nodes: { retraction: { reason: string } | null }[] } } | null>;

/**
 * Which of the cells without a value had one that was taken back, and why; by `run key`. Keys are looked at in the order of
 * the lines, as many as one question may have.
 */
export function useRetracted(runs: readonly string[], lines: readonly CompareLine[]) {
  const missing = lines
    .filter(({ path }) => path.length === 0)
    .flatMap(({ key, cells }) =>
      cells.flatMap((cell, at) => (cell.kind === 'missing' ? [{ run: runs[at]!, key }] : [])),
    )
    .slice(0, maxMissing);
  return useQuery({
    queryKey: ['compare', runs, 'retracted', missing],
    enabled: missing.length > 0,
    queryFn: async ({ signal }) => {
      const types = missing.map((_, at) => `$r${at}: String!, $k${at}: String!`).join(', ');
      const fields = missing.map(
        (_, at) =>
          `m${at}: pipelineRun(ref: $r${at}) { metadataHistory(key: $k${at}, first: 1, includeRetracted: true) { nodes { retraction { reason } } } }`,
      );
      const text = `query Retracted(${types}) { ${fields.join(' ')} }` as Operation<Histories, Record<string, string>>;
      const variables = Object.fromEntries(
        missing.flatMap(({ run, key }, at) => [
          [`r${at}`, run],
          [`k${at}`, key],
        ]),
      );
      const answer = await ask(text, variables, signal);
      return new Map(
        missing.flatMap(({ run, key }, at) => {
          const reason = answer[`m${at}`]?.metadataHistory.nodes[0]?.retraction?.reason;
          return reason === undefined ? [] : [[`${run} ${key}`, reason] as const];
        }),
      );
    },
  });
}
