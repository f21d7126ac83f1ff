// Compiles src to dist, from scratch, so that a deleted source leaves nothing behind: the code line by line as it is written, but
// without comments, which every install would carry; the declarations with them, as editors show them.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCommonJs } from './common-js.js';
import { nameAsCompiled, publishDeclarations } from './declarations.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** All declarations, for the build of `runledger`; what is published of them is copied to dist. */
const types = join(root, 'types');
const entries = ['index', 'browser', 'json/index', 'testing/index'];
const compiler = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
const compile = (...options) =>
  execFileSync(process.execPath, [compiler, '-p', root, ...options], { stdio: 'inherit' });

for (const folder of [dist, types]) rmSync(folder, { recursive: true, force: true });
compile('--declaration', 'false');
compile('--emitDeclarationOnly', '--removeComments', 'false', '--outDir', types);

nameAsCompiled(types);
publishDeclarations(types, dist, entries);
await writeCommonJs(dist, entries);
