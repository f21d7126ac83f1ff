import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where a build notes what it was made of, as its last act: without it, dist is not whole. */
export const stamp = join(root, 'dist/.stamp');

/** All that a build depends on. */
const sources = [
  'src',
  'clients/typescript/src',
  'clients/typescript/scripts',
  'clients/typescript/package.json',
  'clients/typescript/tsconfig.json',
  'prisma',
  'scripts',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
/** Written from prisma/schema.prisma by the build itself. */
const isGenerated = (/** @type {string} */ file) => file.startsWith(join('src', 'generated'));

/** One digest of the names and contents of all sources. */
export function hashOfSources() {
  const digest = createHash('sha256');
  for (const file of sources.flatMap(filesBelow).filter((each) => !isGenerated(each))) {
    const content = readFileSync(join(root, file));
    digest.update(`${file} ${content.length} `).update(content);
  }
  return digest.digest('hex');
}

/** @param {string} path @returns {string[]} */
function filesBelow(path) {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}
