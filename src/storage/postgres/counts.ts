import { createHistogram, type Histogram } from '../../measure/histogram.ts';
import type { LaneCounts } from './lane.ts';

/** What is counted of one kind of batch. */
export type BatchCounts = {
  /** Items that wait for their turn at this moment. */
  waiting: number;
  /** Items of each call. */
  readonly sizes: Histogram;
};

/** What is counted of the statements of one name. */
export type StatementCounts = { readonly seconds: Histogram; failed: number };

/** What has happened since the database was opened. */
export type Counts = {
  readonly statements: Map<string, StatementCounts>;
  readonly batches: Map<string, BatchCounts>;
  /** Questions about many runs. */
  readonly aside: LaneCounts;
  /** Connections that broke. */
  connectionsLost: number;
  /** Entries that were logged. */
  entries: number;
  /** Calls that logged nothing, because their request id had done so before. */
  replays: number;
};

const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const sizeBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** More names than the code has; whatever comes beyond them is counted together. */
const maxNames = 200;

export function createCounts(): Counts {
  const aside = { running: 0, dear: 0, waiting: 0 };
  return { statements: new Map(), batches: new Map(), aside, connectionsLost: 0, entries: 0, replays: 0 };
}

export function batchCounts({ batches }: Counts, name: string): BatchCounts {
  return getOrAdd(batches, name, () => ({ waiting: 0, sizes: createHistogram(sizeBounds) }));
}

export function statementCounts({ statements }: Counts, name: string): StatementCounts {
  return getOrAdd(statements, name, () => ({ seconds: createHistogram(secondsBounds), failed: 0 }));
}

function getOrAdd<T>(counts: Map<string, T>, name: string, create: () => T): T {
  const known = counts.get(name);
  if (known) return known;
  if (counts.size >= maxNames && name !== 'other') return getOrAdd(counts, 'other', create);
  const created = create();
  counts.set(name, created);
  return created;
}
