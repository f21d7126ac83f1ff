import { Prisma } from '../../generated/prisma/client.ts';
import { timed } from '../../measure/clock.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import type { Queryable, Reader, Writer } from '../postgres/database.ts';

/** A key as it is stored: of its secret only the SHA-256. */
export type ApiKeyRow = {
  id: string;
  name: string;
  secretHash: Uint8Array;
  scopes: ('READ' | 'WRITE' | 'ADMIN')[];
  /** Null for all; a `*` at the end stands for any rest. */
  pipelines: string[] | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
};

/** All keys, revoked ones too, the newest first: a team has few. */
export function listKeys(db: Reader): Promise<ApiKeyRow[]> {
  return timed(db.clock, 'list_keys', () => db.select<ApiKeyRow>(keys));
}

const keys = Prisma.sql`/* list_keys, prepared */
SELECT id, name, secret_hash AS "secretHash", scopes::text[], pipelines, created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", last_used_at AS "lastUsedAt"
FROM api_key ORDER BY created_at DESC, id`;

/** Adds a key; gives it as it is stored. */
export async function insertKey(
  transaction: Queryable,
  { id, name, secretHash, scopes, pipelines, expiresAt }: Omit<ApiKeyRow, 'createdAt' | 'revokedAt' | 'lastUsedAt'>,
): Promise<ApiKeyRow> {
  const rows = await transaction.$queryRaw<{ createdAt: Date }[]>`/* insert_key, prepared */
INSERT INTO api_key (id, name, secret_hash, scopes, pipelines, expires_at)
VALUES (${id}, ${name}, ${secretHash}, ${arrayLiteral(scopes)}::text[]::"Scope"[],
  ${pipelines === null ? null : arrayLiteral(pipelines)}::text[], ${expiresAt}::timestamptz)
RETURNING created_at AS "createdAt"`;
  const { createdAt } = rows[0]!;
  return { id, name, secretHash, scopes, pipelines, createdAt, expiresAt, revokedAt: null, lastUsedAt: null };
}

/** Revokes a key. */
export async function revokeKey(transaction: Queryable, id: string): Promise<void> {
  await transaction.$executeRaw`/* revoke_key, prepared */
UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = ${id}`;
}

/** Notes when keys were last used. */
export async function noteUses(db: Writer, ids: readonly string[], at: Date): Promise<void> {
  await db.prisma.$executeRaw`/* note_key_uses, prepared */
UPDATE api_key SET last_used_at = date_trunc('minute', ${at}::timestamptz) WHERE id = ANY(${arrayLiteral(ids)}::text[])`;
}
