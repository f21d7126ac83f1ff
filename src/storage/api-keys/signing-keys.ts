import type { Reader, Writer } from '../postgres/database.ts';

export type SigningKeyRow = { id: number; secret: Uint8Array; createdAt: Date };

/** All signing keys, the newest first. */
export async function listSigningKeys(db: Reader): Promise<SigningKeyRow[]> {
  return db.prisma.$queryRaw<SigningKeyRow[]>`/* list_signing_keys, prepared */
SELECT id, secret, created_at AS "createdAt" FROM signing_key ORDER BY id DESC`;
}

/** Adds a signing key unless one was added in so many days, and removes those that no token can be signed with any more. */
export async function rotateSigningKeys(
  db: Writer,
  secret: Uint8Array,
  { signDays, keepDays }: { signDays: number; keepDays: number },
): Promise<void> {
  await db.prisma.$executeRaw`/* rotate_signing_keys, prepared */
WITH gone AS (
  DELETE FROM signing_key WHERE created_at < now() - make_interval(days => ${keepDays}::int)
)
INSERT INTO signing_key (secret) SELECT ${secret}
WHERE NOT EXISTS (SELECT FROM signing_key WHERE created_at > now() - make_interval(days => ${signDays}::int))`;
}
