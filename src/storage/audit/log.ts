import type { Queryable, Reader } from '../postgres/database.ts';

/** Who did what to what, when and from where. */
export type AuditRow = {
  id: bigint;
  at: Date;
  action: string;
  caller: string;
  keyId: string | null;
  address: string | null;
  pipeline: string | null;
  runId: string | null;
  subject: string;
  reason: string | null;
};

/** What is written of it; what is left out is null. */
export type NewAuditEntry = Pick<AuditRow, 'action' | 'caller' | 'keyId' | 'address' | 'subject'> & {
  pipeline?: string;
  runId?: string;
  reason?: string;
};

export async function insertAuditEntry(transaction: Queryable, entry: NewAuditEntry): Promise<void> {
  const { action, caller, keyId, address, subject, pipeline = null, runId = null, reason = null } = entry;
  await transaction.$executeRaw`/* insert_audit_entry, prepared */
INSERT INTO audit_entry (action, caller, key_id, address, pipeline, run_id, subject, reason)
VALUES (${action}, ${caller}, ${keyId}, ${address}, ${pipeline}, ${runId}::uuid, ${subject}, ${reason})`;
}

/** A page of it, newest first. */
export async function listAuditEntries(
  db: Reader,
  { before, take }: { before: bigint | null; take: number },
): Promise<AuditRow[]> {
  return db.prisma.$queryRaw<AuditRow[]>`/* list_audit_entries, prepared */
SELECT id, at, action, caller, key_id AS "keyId", address, pipeline, run_id AS "runId", subject, reason
FROM audit_entry WHERE ${before}::bigint IS NULL OR id < ${before}::bigint ORDER BY id DESC LIMIT ${take}::int`;
}

/** How many there are. */
export async function countAuditEntries(db: Reader): Promise<number> {
  const rows = await db.prisma.$queryRaw<{ count: number }[]>`/* count_audit_entries, prepared */
SELECT count(*)::int AS count FROM audit_entry`;
  return rows[0]!.count;
}
