import { insertAuditEntry } from '../storage/audit/log.ts';
import type { Queryable } from '../storage/postgres/database.ts';
import type { Caller } from './caller.ts';

/** Something that has to be accounted for. */
export type Accountable = {
  action: 'RETRACT' | 'DELETE_RUN' | 'CREATE_KEY' | 'REVOKE_KEY' | 'CREATE_RUN_TOKEN' | 'PRUNE_HISTORY';
  /** What it was done to, for people. */
  subject: string;
  pipeline?: string;
  runId?: string;
  reason?: string;
};

/** Who does it, from where; and where it is told besides. */
export type Actor = { caller: Caller; address: string | null; tell: (entry: Record<string, unknown>) => void };

/** Writes down who did something, in the transaction that does it. */
export async function account(transaction: Queryable, { caller, address }: Actor, done: Accountable): Promise<void> {
  const { name, keyId } = caller;
  await insertAuditEntry(transaction, { ...done, caller: name, keyId, address });
}

/** The same for the log, once it is committed: one line of JSON. */
export function tellAudit({ caller, address, tell }: Actor, done: Accountable): void {
  tell({ ...done, caller: caller.name, keyId: caller.keyId, address });
}
