// node scripts/make-migration.js NAME: writes the next migration, prisma/migrations/<UTC time>_NAME/migration.sql, with
// the SQL from what the migrations make to prisma/schema.prisma. Needs a build. Read what it wrote before you commit it:
// checks, collations and storage settings are yours to add.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { diffMigrationsToSchema, migrationsFolder } from './schema-engine.js';

const name = process.argv[2] ?? '';
if (!/^[a-z0-9_]{1,60}$/.test(name)) {
  process.stderr.write('Usage: node scripts/make-migration.js NAME, with a name of a-z, 0-9 and _\n');
  process.exit(2);
}
const sql = await diffMigrationsToSchema({ script: true });
if (sql === null) {
  process.stdout.write('Nothing to do: the migrations make what prisma/schema.prisma says.\n');
} else {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder, `${time}_${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'migration.sql'), sql);
  process.stdout.write(`Wrote ${relative(process.cwd(), join(folder, 'migration.sql'))}\n`);
}
