// Writes src/generated from prisma/schema.prisma: the Prisma client and the types that Pothos reads.
// `prisma generate` insists on downloading a schema engine that it never calls; any executable satisfies it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}src/generated/.stamp`;
const inputs = [
  'prisma/schema.prisma',
  'node_modules/prisma/package.json',
  'node_modules/@pothos/plugin-prisma/package.json',
];
const hash = inputs
  .reduce((digest, file) => digest.update(readFileSync(root + file)), createHash('sha256'))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${root}node_modules/prisma/build/index.js`, 'generate', '--no-hints'],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${root}node_modules/.bin:${process.env.PATH}`,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    },
  );
  if (status !== 0) {
    console.error(`${stdout}\n${stderr}`);
    process.exit(1);
  }
  writeFileSync(stamp, hash);
}
