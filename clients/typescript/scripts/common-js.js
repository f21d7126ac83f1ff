// For programs in CommonJS: `require` of an ES module works on Node ≥ 20.19, but the types of an ES module may not be
// required. So each entry has a file in CommonJS that gives the same module, and declarations that say so.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The names that a declaration file exports, those of the files that it passes on included. */
function exportedNames(path) {
  const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const passedOn = [...text.matchAll(/export \* from '(.+)\.js'/g)].flatMap(([, from]) =>
    exportedNames(join(dirname(path), `${from}.d.ts`)),
  );
  const listed = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) =>
    names.split(',').map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    ),
  );
  return [...passedOn, ...listed.filter((name) => name !== '')];
}

/** Whether a name is a type, perhaps besides a value: the modules of the entries write types with a capital. */
const isType = (name) => /^[A-Z]/.test(name);

/** Writes `<entry>.cjs` and `<entry>.d.cts` beside each entry of a compiled package. */
export async function writeCommonJs(dist, entries) {
  for (const entry of entries) {
    const path = join(dist, entry);
    const values = Object.keys(await import(pathToFileURL(`${path}.js`).href));
    const names = [...new Set(exportedNames(`${path}.d.ts`))].sort();
    const from = `./${basename(entry)}.js`;
    const lines = names.flatMap((name) => [
      ...(values.includes(name) ? [`export declare const ${name}: typeof module.${name};`] : []),
      ...(isType(name) ? [`export type ${name} = module.${name};`] : []),
    ]);
    const missing = values.filter((name) => !names.includes(name));
    if (missing.length > 0) throw new Error(`${entry}.d.ts does not list ${missing.join(', ')}`);
    writeFileSync(`${path}.cjs`, `module.exports = require('${from}');\n`);
    writeFileSync(
      `${path}.d.cts`,
      `import type * as module from '${from}' with { 'resolution-mode': 'import' };\n${lines.join('\n')}\n`,
    );
  }
}
