// What the package may weigh. `npm run check:packages` fails when it weighs more.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, minifySync } from 'vite';

const root = fileURLToPath(new URL('../clients/typescript', import.meta.url));
const budget = { unpackedKB: 300, browserKB: 10, browserLaterKB: 6 };

/** What a bundler makes of the client for a page that uses all of it: what is loaded first, and what once it is used. */
async function chunksOfPage() {
  const { output } = await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: 'dist/browser.js', formats: ['es'] },
      // As in a page: what the parts share may stay in the first of them.
      rolldownOptions: { preserveEntrySignatures: 'allow-extension' },
      target: 'es2023',
    },
  }).then((result) => (Array.isArray(result) ? result[0] : result));
  return output;
}

/** As it is sent: minified, with gzip. */
function sentKB(chunks) {
  const sizes = chunks.map(({ fileName, code }) => {
    const minified = minifySync(fileName, code, { module: true, compress: true, mangle: true }).code;
    return gzipSync(minified, { level: 9 }).length;
  });
  return sizes.reduce((sum, size) => sum + size, 0) / 1_000;
}

/** A chunk and those that must be there before it runs. */
function firstOf(chunks) {
  const first = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of first) for (const chunk of chunks) if (imports.includes(chunk.fileName)) first.add(chunk);
  return [...first];
}

function unpackedKB() {
  const options = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [{ unpackedSize }] = JSON.parse(execFileSync('npm', options, { cwd: root, encoding: 'utf8' }));
  return unpackedSize / 1_000;
}

const chunks = await chunksOfPage();
const first = firstOf(chunks);
const weights = {
  unpackedKB: unpackedKB(),
  browserKB: sentKB(first),
  browserLaterKB: sentKB(chunks.filter((chunk) => !first.includes(chunk))),
};
for (const [what, weight] of Object.entries(weights)) {
  console.log(`@runledger/client ${what}: ${weight.toFixed(2)} of ${budget[what]}`);
  if (weight > budget[what]) process.exitCode = 1;
}
