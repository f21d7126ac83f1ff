// Fails when a committed file that is generated is not what the code generates now, or schema.prisma and the migrations
// disagree. Regenerates in place: `git diff` then shows what to commit.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });
const generated = [
  'schema.graphql',
  'clients/typescript/src/generated',
  'src/dashboard/generated',
  'src/cli/generated',
];

run('npm', 'run', '-s', 'build');
run(process.execPath, 'scripts/print-schema.js');
run('npm', 'run', '-s', 'codegen');
run(process.execPath, 'scripts/check-drift.js');
const { status } = spawnSync('git', ['diff', '--exit-code', '--', ...generated], { cwd: root, stdio: 'inherit' });
if (status !== 0) {
  console.error(`\nThe files above are generated and were stale. Commit them as they are now: ${generated.join(', ')}`);
  process.exit(1);
}
