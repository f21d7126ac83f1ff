import { type BatchOptions, createBatch } from './batch.ts';
import { batchCounts } from './counts.ts';
import { perDatabase, perSight, type Reader } from './database.ts';

/**
 * One batch for each open database: all that wait there at the same moment go in one call of `run`. By its name it is
 * found in the metrics.
 */
export function batchPerDatabase<Item, Result, Db extends Reader = Reader>(
  name: string,
  run: (db: Db, items: Item[]) => Promise<(Result | Error)[]>,
  options: BatchOptions<Item> = {},
): (db: Db, item: Item) => Promise<Result> {
  const batch = perDatabase((db: Db) =>
    createBatch<Item, Result>((items) => run(db, items), { ...options, name, counts: batchCounts(db.counts, name) }),
  );
  return (db, item) => batch(db)(item, db.clock);
}

/** As `batchPerDatabase`, for what depends on what may be seen: those of one sight go together. */
export function batchPerSight<Item, Result>(
  name: string,
  run: (db: Reader, items: Item[]) => Promise<(Result | Error)[]>,
  options: BatchOptions<Item> = {},
): (db: Reader, item: Item) => Promise<Result> {
  const batch = perSight((db) =>
    createBatch<Item, Result>((items) => run(db, items), { ...options, name, counts: batchCounts(db.counts, name) }),
  );
  return (db, item) => batch(db)(item, db.clock);
}
