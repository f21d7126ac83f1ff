// Compiles src to dist, from scratch, so that a deleted source leaves nothing behind: the code without comments, which nobody
// reads there and every install would carry, the declarations with them, which editors show. Then weighs it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCommonJs } from './common-js.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const compiler = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
const compile = (...options) =>
  execFileSync(process.execPath, [compiler, '-p', root, ...options], { stdio: 'inherit' });

rmSync(dist, { recursive: true, force: true });
compile('--declaration', 'false');
compile('--emitDeclarationOnly', '--removeComments', 'false', '--sourceMap', 'false');

// The compiler rewrites `./a.ts` to `./a.js` in code, but not in declarations, where TypeScript before 5.0 does not know it.
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'))) {
  const text = readFileSync(join(dist, name), 'utf8');
  writeFileSync(join(dist, name), text.replace(/((?:from|import\() ?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'));
}
await writeCommonJs(dist, ['index', 'browser', 'json/index', 'testing/index']);
