import { randomBytes } from 'node:crypto';
import { newRunId } from '@runledger/client/internal/uuid';
import { conflict, forbidden } from '../errors.ts';
import { notifyChanges } from '../storage/changes/notify.ts';
import type { Writer } from '../storage/postgres/database.ts';
import type { RunRow } from '../storage/rows.ts';
import { findRunById, findRunByName, insertRun } from '../storage/runs/runs.ts';
import { isPipelineInSight } from '../storage/sight.ts';
import { parseName } from './names.ts';
import { quote } from './value/quote.ts';

export type StartRun = {
  id?: string | null | undefined;
  name?: string | null | undefined;
  pipeline: string;
  startedAt?: Date | null | undefined;
};

/**
 * Starts a run, or gives the one that has this id already, so that a retry starts nothing twice.
 * @throws BAD_USER_INPUT for a name that cannot be one; CONFLICT when the id stands for another run, or one that is being
 * removed, or the name is taken.
 */
export async function startRun(db: Writer, input: StartRun): Promise<RunRow> {
  const pipeline = parseName('pipeline', input.pipeline);
  if (!isPipelineInSight(db.sight, pipeline))
    throw forbidden(`This key may not write to the pipeline ${quote(pipeline)}.`);
  const startedAt = input.startedAt ?? new Date();
  const run: RunRow = {
    id: input.id ?? newRunId(),
    name: input.name == null ? inventName(pipeline, startedAt) : parseName('run', input.name),
    pipeline,
    status: 'RUNNING',
    startedAt,
    endedAt: null,
  };
  const outcome = await insertRun(db, run);
  if (outcome === 'inserted') {
    notifyChanges(db);
    return run;
  }
  if (outcome === 'deleted') {
    throw conflict(
      `The run ${run.id} was deleted, and what it left is still being removed. Use another id, or try again later.`,
    );
  }
  const existing = input.id == null ? null : await findRunById(db, input.id);
  if (existing) {
    if (existing.pipeline === pipeline && (input.name == null || existing.name === run.name)) return existing;
    throw conflict(
      `The run ${existing.id} is already started as ${quote(existing.name)} of pipeline ${quote(existing.pipeline)}. Use another id for another run.`,
    );
  }
  const namesake = await findRunByName(db, run.name);
  if (!namesake && input.id != null)
    throw conflict(`The id ${run.id} or the name ${quote(run.name)} is taken. Choose others.`);
  throw conflict(
    `A run named ${quote(run.name)} is already there${namesake ? ` (${namesake.id})` : ''}, and names are unique. Choose another name, or leave it out; to make a retry find its run, give the id.`,
  );
}

/** `pipeline-2026_11_24-03_42_57_123-1f9a`: told apart by time and a random tail, within 255 bytes. */
function inventName(pipeline: string, startedAt: Date): string {
  const time = startedAt
    .toISOString()
    .replace(/^(.*)T(.*)Z$/, '$1-$2')
    .replaceAll(/[:.]/g, '_')
    .replace(/^(\+?-?\d+)-(\d+)-(\d+)/, '$1_$2_$3');
  const tail = `-${time}-${randomBytes(3).toString('hex')}`;
  let head = pipeline;
  while (Buffer.byteLength(head) + tail.length > 255) head = Array.from(head).slice(0, -1).join('');
  return head + tail;
}
