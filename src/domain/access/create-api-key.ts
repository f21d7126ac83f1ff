import { badInput } from '../../errors.ts';
import { type ApiKeyRow, insertKey } from '../../storage/api-keys/keys.ts';
import type { Writer } from '../../storage/postgres/database.ts';
import { inTransaction } from '../../storage/postgres/transaction.ts';
import { type Actor, account, tellAudit } from '../audit.ts';
import type { Scope } from '../caller.ts';
import { parseName } from '../names.ts';
import { hashKey, makeKey } from './key-format.ts';
import { forgetKeys } from './key-ring.ts';

export type CreateApiKey = {
  name: string;
  scopes: readonly Scope[];
  pipelines?: readonly string[] | null | undefined;
  expiresAt?: Date | null | undefined;
};

const maxPipelines = 100;

/**
 * Makes a key. Its secret is given this once: only a hash of it is kept.
 * @throws BAD_USER_INPUT for a blank name, no scope, no pipeline in a list of them, or a time that has passed.
 */
export async function createApiKey(
  db: Writer,
  actor: Actor,
  { name, scopes, pipelines, expiresAt }: CreateApiKey,
): Promise<{ secret: string; apiKey: ApiKeyRow }> {
  if (name.trim() === '' || name.length > 255 || /\p{Cc}/u.test(name))
    throw badInput('name must be a text of 1 to 255 characters that says whose key it is.');
  if (scopes.length === 0)
    throw badInput('scopes is empty: a key that may do nothing is of no use. Give at least one.');
  if (expiresAt != null && expiresAt.getTime() <= Date.now())
    throw badInput(`expiresAt: ${expiresAt.toISOString()} has passed. Give a later time, or leave it out.`);
  const { id, secret } = makeKey();
  const row = {
    id,
    name,
    secretHash: hashKey(secret),
    scopes: [...new Set(scopes)],
    pipelines: pipelines == null ? null : parsePipelines(pipelines),
    expiresAt: expiresAt ?? null,
  };
  const done = { action: 'CREATE_KEY', subject: `${name} (${id})` } as const;
  const apiKey = await inTransaction(db, async (transaction) => {
    await account(transaction, actor, done);
    return insertKey(transaction, row);
  });
  tellAudit(actor, done);
  forgetKeys(db);
  return { secret, apiKey };
}

/** Names, in the form in which they are stored, or the beginnings of names with a `*` at the end. */
function parsePipelines(pipelines: readonly string[]): string[] {
  if (pipelines.length === 0)
    throw badInput('pipelines is empty: then the key would see nothing. Leave it out for all, or name some.');
  if (pipelines.length > maxPipelines)
    throw badInput(`There are ${pipelines.length} pipelines; a key takes at most ${maxPipelines}. Use a * at the end.`);
  const parsed = pipelines.map((text) => {
    if (text === '*') throw badInput('pipelines: * alone is every pipeline. Leave pipelines out for that.');
    return text.endsWith('*') ? `${parseName('pipeline', text.slice(0, -1))}*` : parseName('pipeline', text);
  });
  return [...new Set(parsed)];
}
