import { notFound } from '../../errors.ts';
import { type ApiKeyRow, listKeys, revokeKey } from '../../storage/api-keys/keys.ts';
import type { Writer } from '../../storage/postgres/database.ts';
import { inTransaction } from '../../storage/postgres/transaction.ts';
import { type Actor, account, tellAudit } from '../audit.ts';
import { forgetKeys } from './key-ring.ts';

/**
 * Revokes a key: it is refused at once by this server, within five seconds by the others. Again changes nothing.
 * @throws NOT_FOUND.
 */
export async function revokeApiKey(db: Writer, actor: Actor, id: string): Promise<ApiKeyRow> {
  const key = (await listKeys(db)).find((one) => one.id === id);
  if (!key) throw notFound(`There is no key with the id ${JSON.stringify(id.slice(0, 60))}. apiKeys lists them.`);
  if (key.revokedAt !== null) return key;
  const done = { action: 'REVOKE_KEY', subject: `${key.name} (${id})` } as const;
  await inTransaction(db, async (transaction) => {
    await revokeKey(transaction, id);
    await account(transaction, actor, done);
  });
  tellAudit(actor, done);
  forgetKeys(db);
  return (await listKeys(db)).find((one) => one.id === id) ?? key;
}
