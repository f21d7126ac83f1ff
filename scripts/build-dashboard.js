// Builds the page into dist/dashboard, compressed beforehand: the service sends it from memory as it is.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { weigh } from './dashboard-budget.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = join(root, 'dist/dashboard');

/** Fonts are compressed in themselves; very small files gain nothing. */
const isCompressible = (name) => /\.(js|css|html|svg)$/.test(name);

export async function buildDashboard() {
  await build({
    configFile: false,
    root: join(root, 'src/dashboard'),
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      // The policy of the page allows nothing inline, and every browser that is supported knows module preloads.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The client loads later what most pages do not need. This one does.
      rolldownOptions: { checks: { ineffectiveDynamicImport: false } },
      reportCompressedSize: false,
    },
  });
  const names = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter(isCompressible);
  for (const name of names) {
    const plain = readFileSync(join(outDir, name));
    writeFileSync(join(outDir, `${name}.gz`), gzipSync(plain, { level: 9 }));
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    writeFileSync(join(outDir, `${name}.br`), brotliCompressSync(plain, { params: size }));
  }
  const tooHeavy = weigh(outDir);
  if (tooHeavy.length > 0) throw new Error(`The page is over its budget.\n${tooHeavy.join('\n')}`);
}
