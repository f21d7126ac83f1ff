import { isLater } from '@runledger/client/internal/entry';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { CellFragment, RunRowsQuery } from '../generated/operations.ts';
import type { Change } from './live.ts';

type Pages = InfiniteData<RunRowsQuery['pipelineRuns']>;
type Row = RunRowsQuery['pipelineRuns']['nodes'][number];

/** At most so often is a question asked again because of changes. */
const askAgainMs = 800;

/**
 * Brings the answers in the cache up to date: rows of runs are changed where they stand, without a question; what is
 * more than that (another attempt, a value taken back, histories, curves) is asked for again, at most once a moment.
 */
export function applyChanges(cache: QueryClient, changes: readonly Change[]): void {
  patchRows(cache, changes);
  const touched = new Set(
    changes.flatMap((change) => ('run' in change ? [change.run.id, change.run.name] : [change.runId, change.name])),
  );
  const hasNewState = changes.some(({ __typename }) => __typename === 'RunChanged' || __typename === 'RunDeleted');
  const hasOldValues = changes.some(hasOldValue);
  askAgain(cache, ({ queryKey: [kind, about, , , deep], state }) => {
    if (kind === 'facets') return hasNewState;
    // A change tells what is shown of a value, and not what stands at its paths.
    if (kind === 'rows') return hasOldValues || isLoggedBelow(changes, new Set(deep as string[]), state.data as Pages);
    if (kind === 'run' || kind === 'history' || kind === 'attempt' || kind === 'entry')
      return touched.has(String(about));
    return (kind === 'series' || kind === 'compare') && Array.isArray(about) && about.some((ref) => touched.has(ref));
  });
}

/**
 * Whether values that count may be others without having been logged now: a value was taken back, another attempt took the
 * place of an earlier one, or a step was taken over from another run. That a first attempt begins or ends changes none.
 */
function hasOldValue(change: Change): boolean {
  if (change.__typename === 'EntryRetracted') return true;
  return change.__typename === 'StepChanged' && (change.step.attempt > 1 || change.step.status === 'CACHED');
}

/** Whether a run that is listed has a new value under one of the keys. */
function isLoggedBelow(changes: readonly Change[], keys: ReadonlySet<string>, listed: Pages | undefined): boolean {
  if (keys.size === 0 || !listed) return false;
  const runs = new Set(
    changes.flatMap((change) =>
      change.__typename === 'EntryLogged' && isUnder(change.entry, keys) ? [change.run.id] : [],
    ),
  );
  return runs.size > 0 && listed.pages.some(({ nodes }) => nodes.some(({ id }) => runs.has(id)));
}

/** Whether an entry stands under one of the keys, with or without the name of its step. */
function isUnder({ key, qualifiedKey }: CellFragment, keys: ReadonlySet<string>): boolean {
  return keys.has(key) || keys.has(qualifiedKey);
}

type Predicate = (query: { queryKey: readonly unknown[]; state: { data: unknown } }) => boolean;
let waiting: Predicate[] = [];

function askAgain(cache: QueryClient, predicate: Predicate): void {
  waiting.push(predicate);
  if (waiting.length > 1) return;
  setTimeout(() => {
    const all = waiting;
    waiting = [];
    void cache.invalidateQueries({ predicate: (query) => all.some((matches) => matches(query)) });
  }, askAgainMs);
}

function patchRows(cache: QueryClient, changes: readonly Change[]): void {
  for (const query of cache.getQueryCache().findAll({ queryKey: ['rows'] })) {
    const keys = query.queryKey[3] as readonly string[];
    const patches = patchesOf(changes, new Set(keys));
    if (patches.size === 0) continue;
    cache.setQueryData<Pages>(
      query.queryKey,
      (data) => data && { ...data, pages: data.pages.map((page) => patchPage(page, patches)) },
      {
        updatedAt: query.state.dataUpdatedAt,
      },
    );
  }
}

type Patch = (row: Row) => Row | null;

/** What is to be done to the rows of each run. */
function patchesOf(changes: readonly Change[], keys: ReadonlySet<string>): Map<string, Patch> {
  const patches = new Map<string, Patch>();
  const add = (id: string, patch: Patch) => {
    const before = patches.get(id);
    patches.set(id, before ? (row) => patchAfter(before(row), patch) : patch);
  };
  for (const change of changes) {
    if (change.__typename === 'RunDeleted') add(change.runId, () => null);
    else if (change.__typename === 'RunChanged') add(change.run.id, (row) => ({ ...row, ...change.run }));
    else if (change.__typename === 'EntryLogged' && isUnder(change.entry, keys))
      add(change.run.id, (row) => ({ ...row, metadata: withEntry(row.metadata, change.entry) }));
  }
  return patches;
}

function patchAfter(row: Row | null, patch: Patch): Row | null {
  return row && patch(row);
}

function patchPage(page: Pages['pages'][number], patches: ReadonlyMap<string, Patch>): Pages['pages'][number] {
  if (!page.nodes.some(({ id }) => patches.has(id))) return page;
  return {
    ...page,
    nodes: page.nodes.flatMap((row) => (patches.has(row.id) ? (patches.get(row.id)!(row) ?? []) : row)),
  };
}

/** The entries with a new one in the place of that which it follows. */
function withEntry(entries: readonly CellFragment[], entry: CellFragment): CellFragment[] {
  const old = entries.find(({ qualifiedKey }) => qualifiedKey === entry.qualifiedKey);
  if (old && !isLater(entry.id, old.id)) return [...entries];
  return [...entries.filter((other) => other !== old), entry];
}
