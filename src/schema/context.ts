import type { Limits } from '../domain/value/limits.ts';
import type { Database } from '../storage/postgres/database.ts';

/** What every resolver is handed. */
export type Context = {
  db: Database;
  limits: Limits;
  /** Aborts when the service stops: subscriptions end then. */
  ended: AbortSignal;
};
