import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { findTakenId } from '../storage/move/ids.ts';
import {
  copyLinesIn,
  findDifference,
  findPresent,
  findStray,
  insertEntriesOfLines,
  insertLatest,
  insertRunsAndSteps,
  recordImported,
} from '../storage/move/import.ts';
import type { Session } from '../storage/move/session.ts';
import { MoveError } from './error.ts';
import { explainRefusal } from './explain-refusal.ts';
import { latestOf } from './latest-of-import.ts';

export type ImportOptions = {
  /** Runs that are there already are left as they are, whatever the file says of them. */
  skipExisting: boolean;
};

/** Runs that are read in one transaction, which is open from the first line on. */
export type Batch = {
  session: Session;
  options: ImportOptions;
  runIds: string[];
  lines: number;
  firstLine: number;
  /** Ids up to here may be those of other entries. */
  takenUpTo: bigint;
  write(bytes: Buffer): Promise<void>;
  /** All lines were written; rejects where one is no JSON. */
  end(): Promise<void>;
  /** Undoes it. */
  abandon(): Promise<void>;
};

export async function beginBatch(
  session: Session,
  options: ImportOptions,
  place: { takenUpTo: bigint; firstLine: number },
): Promise<Batch> {
  await session.query('BEGIN');
  const copy = copyLinesIn(session);
  const done = finished(copy);
  done.catch(() => {});
  return {
    session,
    options,
    ...place,
    runIds: [],
    lines: 0,
    async write(bytes) {
      if (bytes.length > 0 && !copy.write(bytes)) await Promise.race([once(copy, 'drain'), done]);
    },
    async end() {
      copy.end();
      await done;
    },
    async abandon() {
      copy.destroy();
      await done.catch(() => {});
      await session.query('ROLLBACK').catch(() => {});
    },
  };
}

/** Adds what is new of the runs, and compares what is there; all of it, or nothing. */
export async function commitBatch(batch: Batch, lastLine: number): Promise<{ added: number; present: number }> {
  const { session, runIds } = batch;
  try {
    await batch.end();
    const { present, deleted } = await findPresent(session, runIds);
    if (deleted.length > 0)
      throw new MoveError(
        `The run ${deleted[0]} was deleted here, and its entries are still being removed. Try again later.`,
      );
    await checkLines(batch, present);
    const isNew = (id: string) => !present.includes(id);
    const added = present.length < runIds.length ? await insertRunsAndSteps(session, present) : [];
    if (added.length > 0) {
      const { rows, stray } = latestOf(await insertEntriesOfLines(session, present));
      if (stray)
        throw new MoveError(
          `The entry ${stray.id} of the run ${stray.runId} belongs to the step ${stray.scopeId}, which is not in the file.`,
        );
      await insertLatest(session, rows);
      await recordImported(session, runIds.filter(isNew));
    }
    await session.query('COMMIT');
    return { added: added.length, present: present.length };
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw explainRefusal(error, batch.firstLine, lastLine);
  }
}

async function checkLines({ session, runIds, options, takenUpTo }: Batch, present: string[]): Promise<void> {
  const stray = await findStray(session, runIds);
  if (stray !== null) throw new MoveError(`A line stands behind the runs of others: ${stray.slice(0, 120)}`);
  if (present.length > 0 && !options.skipExisting) {
    const difference = await findDifference(session, present);
    if (difference) {
      const where = difference.inFile ? 'In the file' : 'Here';
      throw new MoveError(
        `A run of the file is here already, and is not the same. ${where}, and not ${difference.inFile ? 'here' : 'in the file'}: ${difference.line.slice(0, 300)}\nWith --skip-existing such runs are left as they are here.`,
      );
    }
  }
  if (takenUpTo === 0n || present.length === runIds.length) return;
  const taken = await findTakenId(session, takenUpTo, runIds);
  if (taken)
    throw new MoveError(
      `The id ${taken.id} is that of an entry in the file, and here of one of another run (${taken.runId}): ids are never changed. Import into a database that has no entries of its own.`,
    );
}
