import { perDatabase, type Reader } from '../../storage/postgres/database.ts';

const lastOf = perDatabase<{ work: Promise<unknown> }>(() => ({ work: Promise.resolve() }));

/**
 * What is asked of the database to know who asks is asked one after another: however many come with whatever they show, they
 * hold one connection at most.
 */
export function inTurn<Result>(db: Reader, work: () => Promise<Result>): Promise<Result> {
  const last = lastOf(db);
  const mine = last.work.then(work);
  last.work = mine.catch(() => {});
  return mine;
}
