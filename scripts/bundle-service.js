// Puts the service, with the packages that every start needs, into few files: dist/process/main.js and aside-process.js, in the
// place of those that were compiled one by one, and what they share. To find, read and compile 650 files was more than a third
// of a start. What only some need (OpenTelemetry, JWTs, GraphiQL, the embedded Postgres' binaries) stays in packages of its own.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { noticesOf } from './bundle-notices.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = `${root}dist/process`;

const bundled =
  /^(@runledger\/client|graphql|graphql-scalars|graphql-sse|@envelop\/core|@pothos\/[\w-]+|@prisma\/[\w-]+|pg|pino|prom-client|zod)(\/|$)/;
/** Megabytes that are loaded by the first statement that needs them. */
const isCompiler = (/** @type {string} */ id) => id.includes('/query_compiler_');

/** Whether what `importer` names stays outside: a package that not every start needs. */
function isExternal(/** @type {string} */ id, /** @type {string | undefined} */ importer) {
  const isOfPackage = importer?.includes('/node_modules/') ?? false;
  return /^[\w@]/.test(id) && !/^\w:/.test(id) && (isCompiler(id) || !(isOfPackage || bundled.test(id)));
}

/** A module finds its files from where it was, not from the file that it is put into: src is as deep as dist. */
const inPlace = {
  name: 'in-place',
  transform(/** @type {string} */ code, /** @type {string} */ id) {
    if (!id.startsWith(`${root}src/`) || !code.includes('import.meta.url')) return null;
    const own = JSON.stringify(relative(`${root}src/process`, id));
    return { code: code.replaceAll('import.meta.url', `new URL(${own}, import.meta.url).href`), map: null };
  },
};

export async function bundleService() {
  const input = { main: `${root}src/process/main.ts`, 'aside-process': `${root}src/process/aside-process.ts` };
  const bundle = await rolldown({
    input,
    platform: 'node',
    cwd: root,
    logLevel: 'warn',
    external: isExternal,
    // package.json names what has effects for those who take the service as a library; here all of ours is wanted.
    treeshake: { moduleSideEffects: [{ test: /\/src\//, sideEffects: true }] },
    plugins: [inPlace],
  });
  const { output } = await bundle.write({
    dir: outDir,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'bundle-[name]-[hash].js',
    sourcemap: true,
    comments: false,
  });
  const chunks = output.filter((file) => file.type === 'chunk');
  for (const { fileName } of chunks) leaveOutForeignSources(`${outDir}/${fileName}.map`);
  writeFileSync(`${outDir}/NOTICES.txt`, noticesOf(chunks.flatMap(({ moduleIds }) => moduleIds)));
}

/** The texts of packages weigh more than all of ours, and can be read where they are installed. */
function leaveOutForeignSources(/** @type {string} */ file) {
  if (!existsSync(file)) return;
  const map = JSON.parse(readFileSync(file, 'utf8'));
  map.sourcesContent = map.sources.map((/** @type {string} */ source, /** @type {number} */ index) =>
    source.includes('node_modules/') ? null : map.sourcesContent[index],
  );
  writeFileSync(file, JSON.stringify(map));
}
