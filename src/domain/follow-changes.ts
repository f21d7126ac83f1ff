import { badInput } from '../errors.ts';
import type { ChangeRow } from '../storage/changes/list.ts';
import { findKeptFrom } from '../storage/changes/prune.ts';
import { readWatermark } from '../storage/changes/watermark.ts';
import { findEntries } from '../storage/entries/find.ts';
import { findLatest } from '../storage/entries/latest.ts';
import type { Database } from '../storage/postgres/database.ts';
import type { EntryRow, LatestListRow, RunRow, StepRow } from '../storage/rows.ts';
import { findRunById } from '../storage/runs/runs.ts';
import { findStepById } from '../storage/runs/steps.ts';
import { parseEntryId } from './entry-id.ts';
import { requireRun } from './find-run.ts';
import { follow } from './follow.ts';
import { matchKeys } from './list-latest.ts';
import { normalizeName } from './names.ts';

/** Something that happened, with what it happened to as that is now. */
export type FollowedChange = { cursor: bigint } & (
  | { kind: 'run'; run: RunRow }
  | { kind: 'step'; run: RunRow; step: StepRow }
  | { kind: 'entry'; run: RunRow; entry: EntryRow }
  | { kind: 'retraction'; run: RunRow; entry: EntryRow; latest: EntryRow | null }
  | { kind: 'deletion'; runId: string; name: string }
);

export type FollowChanges = {
  refs?: string[] | null | undefined;
  pipeline?: string | null | undefined;
  keys?: string[] | null | undefined;
  after?: string | number | bigint | null | undefined;
};

const maxRefs = 200;

/**
 * All that happens from now on, or since `after`, to the runs asked for, or to all: each once, in order of its cursor, also
 * while many writers commit at once and when another server wrote it. An entry that was retracted since is left out. Ends
 * when all runs asked for are deleted, or `ended` aborts.
 * @throws BAD_USER_INPUT for more than 200 refs, and for an `after` from which not all is kept, or that lies ahead;
 *   NOT_FOUND, AMBIGUOUS.
 */
export async function followChanges(
  db: Database,
  { refs, pipeline, keys, after }: FollowChanges,
  ended: AbortSignal,
): Promise<AsyncIterableIterator<FollowedChange>> {
  if (refs && refs.length > maxRefs)
    throw badInput(`There are ${refs.length} refs; at most ${maxRefs} are taken. Leave them out to follow all runs.`);
  const runs = refs ? await Promise.all(refs.map((ref) => requireRun(db, ref))) : null;
  const start = await findStart(db, after);
  const runIds = runs && new Set(runs.map(({ id }) => id));
  const left = new Set(runIds);
  for (const run of runs ?? []) if (!(await findRunById(db, run.id))) left.delete(run.id);
  const name = pipeline == null ? null : normalizeName(pipeline);
  const isWanted = matchKeys(keys);
  return follow(
    db,
    {
      runIds,
      after: start,
      pick: (change) => (name === null || change.pipeline === name ? loadChange(db, change, isWanted) : null),
      isLast: (change) => change.kind === 'DELETION' && left.delete(change.runId) && left.size === 0,
    },
    runIds && left.size === 0 ? AbortSignal.abort() : ended,
  );
}

async function findStart(db: Database, after: FollowChanges['after']): Promise<bigint> {
  const now = await readWatermark(db)();
  if (after == null) return now;
  const text = String(after);
  const id = text === '0' ? 0n : parseEntryId(text);
  const wrong = (problem: string) =>
    badInput(
      `after: ${JSON.stringify(text.slice(0, 60))} ${problem}. Load anew what you show, and follow without it, or from a cursor that you read then.`,
    );
  if (id === null) throw wrong('is not a cursor');
  if (id > now) throw wrong('lies ahead of all that has happened');
  if (id < (await findKeptFrom(db))) throw wrong('is too old: not all changes since are kept');
  return id;
}

/** Null where it is not wanted, or the run was deleted since: its deletion follows. */
async function loadChange(
  db: Database,
  change: ChangeRow,
  isWanted: (entry: LatestListRow) => boolean,
): Promise<FollowedChange | null> {
  const cursor = change.id;
  if (change.kind === 'DELETION') return { cursor, kind: 'deletion', runId: change.runId, name: change.runName };
  if (change.kind === 'ENTRY' && !isWanted(change.entry)) return null;
  const run = await findRunById(db, change.runId);
  if (!run) return null;
  if (change.kind === 'RUN') return { cursor, kind: 'run', run };
  if (change.kind === 'ENTRY') return { cursor, kind: 'entry', run, entry: change.entry };
  if (change.kind === 'STEP') {
    const step = await findStepById(db, change.stepId);
    return step && { cursor, kind: 'step', run, step };
  }
  const [entry] = await findEntries(db, run.id, [change.entryId]);
  if (!entry) return null;
  const step = entry.scopeId === run.id ? null : await findStepById(db, entry.scopeId);
  if (!isWanted({ ...entry, stepName: step?.name ?? null })) return null;
  return { cursor, kind: 'retraction', run, entry, latest: await findLatest(db, entry) };
}
