// The two npm packages as npm would publish them, before the eyes of publint (what is in them, and how it is found) and of
// Are The Types Wrong (whether TypeScript finds the types that belong to what runs). Needs a build.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'runledger-packages-'));
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const bin = (name) => join(root, 'node_modules/.bin', name);

/** A package, and how the types of it are looked for: by `exports`, as Node and bundlers do, not as before there were any. */
const packages = [
  { workspace: ['--workspace', '@runledger/client'], options: ['--profile', 'node16'] },
  // The service as a library is an ES module: `import` it.
  { workspace: [], options: ['--profile', 'esm-only', '--exclude-entrypoints', './schema.graphql'] },
];

try {
  for (const { workspace, options } of packages) {
    const packed = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...workspace];
    const [{ filename }] = JSON.parse(run('npm', ...packed));
    const tarball = join(folder, filename);
    console.log(run(bin('publint'), '--strict', tarball).trim());
    console.log(run(bin('attw'), '--no-color', '--format', 'table', tarball, ...options).trim());
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
