import type { Actor } from '../domain/audit.ts';
import type { Caller } from '../domain/caller.ts';
import type { Limits } from '../domain/value/limits.ts';
import type { Database } from '../storage/postgres/database.ts';

/** What every resolver of a request is handed. */
export type Context = {
  /** What of it the caller may see. For a query perhaps a replica, which takes no writes. */
  db: Database;
  /** The same on the primary: for what must be the newest whoever asks, and what is brought up to date before it is told. */
  primary: Database;
  limits: Limits;
  caller: Caller;
  /** Where the request came from, where that is known. */
  address: string | null;
  /** Told of what has to be accounted for, for the log. */
  audit: (entry: Record<string, unknown>) => void;
  /** Aborts when the service stops, or the caller may no longer: subscriptions end then. */
  ended: AbortSignal;
};

/** Who does something that has to be accounted for. */
export function actorOf({ caller, address, audit }: Context): Actor {
  return { caller, address, tell: audit };
}
