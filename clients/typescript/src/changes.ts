import { entryOf, found, isLater, type MetadataEntry } from './entry.ts';
import { InvalidCallError, UnavailableError } from './errors.ts';
import { execute } from './execute.ts';
import * as operations from './generated/operations.ts';
import { Changes } from './generated/subscriptions.ts';
import type { Settings } from './options.ts';
import { pause, pauseMs } from './retry.ts';
import { subscribe } from './subscribe.ts';

/** Something that happened, told apart by `__typename`, with what it happened to as that is now. */
export type Change = WithEntries<Sent>;

type Sent = operations.ChangesSubscription['changes'];
type WithEntries<Told> = Told extends { readonly entry: unknown }
  ? { readonly [Name in keyof Told]: Name extends 'entry' | 'latest' ? EntryFor<Told[Name]> : Told[Name] }
  : Told;
type EntryFor<Given> = null extends Given ? MetadataEntry | null : MetadataEntry;

export interface ChangesOptions {
  /** Only these runs: ids, names, or prefixes of either; up to 200. Default: all. */
  readonly refs?: readonly string[];
  /** Only runs of this pipeline. */
  readonly pipeline?: string;
  /** Of entries only these keys, plain or `step_name::key`. Default: all. */
  readonly keys?: readonly string[];
  /** The cursor of a change, or the id of an entry: begins with all that happened since. Default: from now on. */
  readonly after?: string;
  /** Ends the iteration when aborted. */
  readonly signal?: AbortSignal;
  /** How long the service may be away before an UnavailableError is thrown, in milliseconds. Default: the client's deadline. */
  readonly deadlineMs?: number;
}

const findsAtOnce = 20;

/** The ids of the runs, by which they are known also once others of them are deleted. */
async function idsOf(settings: Settings, refs: readonly string[], signal?: AbortSignal): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let start = 0; start < refs.length; start += findsAtOnce) {
    const find = async (ref: string) =>
      found((await execute(settings, operations.FindRun, { ref }, { signal })).pipelineRun, `run "${ref}"`).id;
    for (const id of await Promise.all(refs.slice(start, start + findsAtOnce).map(find))) ids.add(id);
  }
  return ids;
}

function runIdOf(change: Sent): string {
  return change.__typename === 'RunDeleted' ? change.runId : change.run.id;
}

/** A change with the numbers of its entries as numbers. */
function changeOf(change: Sent): Change {
  if (change.__typename === 'EntryLogged') return { ...change, entry: entryOf(change.entry) };
  if (change.__typename !== 'EntryRetracted') return change;
  return { ...change, entry: entryOf(change.entry), latest: change.latest && entryOf(change.latest) };
}

/**
 * All that happens to the runs asked for, each change once, in order, none missing: when the connection breaks, a new one
 * goes on after the last change that was seen. Ends when all runs of `refs` are deleted.
 */
export async function* followChanges(
  settings: Settings,
  { refs, pipeline, keys, after, signal, deadlineMs = settings.deadlineMs }: ChangesOptions = {},
): AsyncGenerator<Change, void> {
  const stop = new AbortController();
  const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const left = refs && (await idsOf(settings, refs, signal));
  /** A run was deleted while there was no connection: by its id it cannot be followed any more to that change. */
  let followsAll = false;
  let last = after;
  let awaySince: number | undefined;
  let failures = 0;
  const onOpen = () => {
    awaySince = undefined;
    failures = 0;
  };
  try {
    while (!ended.aborted && left?.size !== 0) {
      let waitMs = 0;
      try {
        const variables = { refs: followsAll ? undefined : left && [...left], pipeline, keys, after: last };
        for await (const { changes } of subscribe(settings, Changes, variables, { signal: ended, onOpen })) {
          if (!isLater(changes.cursor, last)) continue;
          last = changes.cursor;
          if (left && !left.has(runIdOf(changes))) continue;
          if (changes.__typename === 'RunDeleted') left?.delete(changes.runId);
          yield changeOf(changes);
          if (left?.size === 0) return;
        }
        followsAll = false;
      } catch (error) {
        if (ended.aborted) return;
        const isGone = error instanceof InvalidCallError && error.code === 'NOT_FOUND';
        if (!(isGone && left && !followsAll) && !(error instanceof UnavailableError)) throw error;
        awaySince ??= Date.now();
        if (Date.now() - awaySince > deadlineMs) throw error;
        followsAll = isGone;
        if (error instanceof UnavailableError) waitMs = error.retryAfterMs ?? 0;
      }
      await pause(Math.max(waitMs, pauseMs(failures)), ended).catch(() => {});
      failures += 1;
    }
  } finally {
    stop.abort();
  }
}
