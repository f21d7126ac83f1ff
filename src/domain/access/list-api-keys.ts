import { type ApiKeyRow, listKeys } from '../../storage/api-keys/keys.ts';
import type { Reader } from '../../storage/postgres/database.ts';

/** The keys, newest first; revoked ones only where they are asked for. */
export async function listApiKeys(db: Reader, includeRevoked: boolean): Promise<ApiKeyRow[]> {
  const keys = await listKeys(db);
  return includeRevoked ? keys : keys.filter(({ revokedAt }) => revokedAt === null);
}
