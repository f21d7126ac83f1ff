import { createApiKey } from '../dist/domain/access/create-api-key.js';
import { anonymous } from '../dist/domain/caller.js';
import { openDatabase } from '../dist/storage/postgres/database.js';

/** A key that may read and write, of whoever has the database. @param {string} url @returns {Promise<string>} */
export async function makeKey(url) {
  const db = openDatabase({ connectionString: url });
  try {
    const operator = { caller: anonymous, address: null, tell: () => {} };
    return (await createApiKey(db, operator, { name: 'bench', scopes: ['READ', 'WRITE'] })).secret;
  } finally {
    await db.close();
  }
}
