// What the package may weigh. `npm run check:packages` fails when it weighs more.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = fileURLToPath(new URL('../clients/typescript', import.meta.url));
const budget = { unpackedKB: 300, browserKB: 10 };

/** All that a page loads that uses everything of the client, as it is sent with gzip. */
async function browserKB() {
  const { output } = await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: { write: false, lib: { entry: 'dist/browser.js', formats: ['es'] }, minify: 'oxc', target: 'es2023' },
  }).then((result) => (Array.isArray(result) ? result[0] : result));
  return output.reduce((sum, chunk) => sum + gzipSync(chunk.code ?? chunk.source, { level: 9 }).length, 0) / 1_000;
}

function unpackedKB() {
  const options = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [{ unpackedSize }] = JSON.parse(execFileSync('npm', options, { cwd: root, encoding: 'utf8' }));
  return unpackedSize / 1_000;
}

const weights = { unpackedKB: unpackedKB(), browserKB: await browserKB() };
for (const [what, weight] of Object.entries(weights)) {
  console.log(`@runledger/client ${what}: ${weight.toFixed(1)} of ${budget[what]}`);
  if (weight > budget[what]) process.exitCode = 1;
}
