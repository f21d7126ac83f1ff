import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** One folder of prisma/migrations; the checksum is Prisma's, the SHA-256 of the file. */
export type Migration = { name: string; sql: string; checksum: string };

const folder = fileURLToPath(new URL('../../../prisma/migrations/', import.meta.url));

/** The migrations of this version, in order. */
export async function readMigrations(): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(`${folder}${name}/migration.sql`, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
