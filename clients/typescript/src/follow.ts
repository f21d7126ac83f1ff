import { entryOf, isLater, type MetadataEntry } from './entry.ts';
import { InvalidCallError, UnavailableError } from './errors.ts';
import { watchEnd } from './follow-end.ts';
import { firstEntryOf, latestIdOf } from './follow-start.ts';
import { MetadataLogged } from './generated/subscriptions.ts';
import type { Settings } from './options.ts';
import { pause, pauseMs } from './retry.ts';
import { subscribe } from './subscribe.ts';

export interface FollowOptions {
  /** Only these keys, plain or `step_name::key`. Default: all. */
  readonly keys?: readonly string[];
  /** The id of an entry: begins with everything that was logged after it. Default: from now on. */
  readonly after?: string;
  /** Ends the iteration when aborted. */
  readonly signal?: AbortSignal;
  /** How long the service may be away before an UnavailableError is thrown, in milliseconds. Default: the client's deadline. */
  readonly deadlineMs?: number;
}

function fail(error: unknown): never {
  throw error;
}

/**
 * The entries of a run as they are logged, each once, none missing: when the connection breaks, a new one goes on after
 * the last entry that was seen. Ends when the run has ended and all its entries were given.
 */
export async function* followRun(
  settings: Settings,
  run: string,
  { keys, after, signal, deadlineMs = settings.deadlineMs }: FollowOptions = {},
): AsyncGenerator<MetadataEntry, void> {
  const stop = new AbortController();
  const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  // The connection may break before it has brought an entry: then an earlier entry must say where to go on.
  let last =
    after ??
    (await latestIdOf(settings, run, undefined, ended).catch((error) => (ended.aborted ? undefined : fail(error))));
  let opened = false;
  let awaySince = Date.now();
  let failures = 0;
  /** Once the run has ended: the id of its last entry, if it has any. */
  let end: { readonly latestId: string | undefined } | undefined;
  /** Ends one connection. */
  let hangingUp = new AbortController();
  const isComplete = () => opened && end !== undefined && (end.latestId === undefined || !isLater(end.latestId, last));
  void watchEnd(settings, run, { keys, signal: ended }, (latestId) => {
    end = { latestId };
    // Without an entry to go on from, only a new connection can bring what was logged before this one stood.
    if (isComplete() || last === undefined) hangingUp.abort();
  });
  const onOpen = () => {
    opened = true;
    failures = 0;
    if (isComplete()) hangingUp.abort();
  };
  try {
    while (!ended.aborted && !isComplete()) {
      let waitMs = 0;
      try {
        if (last === undefined && opened) {
          const first = await firstEntryOf(settings, run, ended);
          last = first?.id;
          if (first && (!keys || keys.includes(first.key) || keys.includes(first.qualifiedKey))) yield entryOf(first);
        }
        hangingUp = new AbortController();
        const options = { signal: AbortSignal.any([ended, hangingUp.signal]), onOpen };
        const answers = subscribe(settings, MetadataLogged, { ref: run, keys, after: last }, options);
        for await (const { metadataLogged: entry } of answers) {
          awaySince = Date.now();
          if (!isLater(entry.id, last)) continue;
          last = entry.id;
          yield entryOf(entry);
          if (isComplete()) return;
        }
        awaySince = Date.now();
      } catch (error) {
        if (ended.aborted || isComplete()) return;
        // The stream had completed because the run was deleted.
        if (opened && error instanceof InvalidCallError && error.code === 'NOT_FOUND') return;
        if (!(error instanceof UnavailableError)) throw error;
        if (failures === 0) awaySince = Date.now();
        else if (Date.now() - awaySince > deadlineMs) throw error;
        waitMs = error.retryAfterMs ?? 0;
      }
      await pause(Math.max(waitMs, pauseMs(failures)), ended).catch(() => {});
      failures += 1;
    }
  } finally {
    stop.abort();
  }
}
