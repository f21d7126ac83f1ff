// Builds the client, then compiles src to dist, from scratch, so that a deleted source leaves nothing behind, and builds the
// service's bundle and the page into it.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildDashboard } from './build-dashboard.js';
import { hashOfSources, stamp } from './build-stamp.js';
import { bundleService } from './bundle-service.js';

// What is changed meanwhile is not in it.
const hash = hashOfSources();
const root = fileURLToPath(new URL('..', import.meta.url));
execFileSync(process.execPath, [`${root}clients/typescript/scripts/build.js`], { stdio: 'inherit' });
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`], {
  stdio: 'inherit',
});
// npm sees to that where it installs the package; in a clone, `npx runledger` calls the file as it is.
chmodSync(`${root}dist/cli/main.js`, 0o755);
await bundleService();
await buildDashboard();
writeFileSync(stamp, hash);
