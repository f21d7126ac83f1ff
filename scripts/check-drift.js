// Fails when prisma/schema.prisma and prisma/migrations disagree: the client would ask for what the tables do not have.
// Needs a build (it uses the embedded Postgres of dist). Checks, collations and storage settings, which a Prisma schema
// cannot express, stand in the migrations alone and do not count.
import { diffMigrationsToSchema } from './schema-engine.js';

const changes = await diffMigrationsToSchema({ script: false });
if (changes !== null) {
  process.stderr.write(
    `prisma/schema.prisma says more, or less, than the migrations do. To get from the migrations to the schema:\n${changes}\n` +
      'Write a migration ("node scripts/make-migration.js NAME"), or put the schema right.\n',
  );
  process.exitCode = 1;
}
