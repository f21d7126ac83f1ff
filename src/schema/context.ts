import type { Caller } from '../domain/caller.ts';
import type { Limits } from '../domain/value/limits.ts';
import type { Database } from '../storage/postgres/database.ts';

/** What every resolver of a request is handed. */
export type Context = {
  db: Database;
  limits: Limits;
  caller: Caller;
  /** Aborts when the service stops: subscriptions end then. */
  ended: AbortSignal;
};
