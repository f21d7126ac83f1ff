// The declarations that are published: those that the entries lead to. All of them are 130 kB, for modules that nobody may import.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const generated = 'generated/operations.d.ts';

/** The compiler rewrites `./a.ts` to `./a.js` in code, but not in declarations, where TypeScript before 5.0 does not know it. */
export function nameAsCompiled(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'));
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.replace(/(from ['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'));
  }
}

/** The files that some files import, they themselves included. */
function reachedFrom(folder, entries) {
  const reached = new Map();
  const visit = (name) => {
    if (reached.has(name)) return;
    const text = readFileSync(join(folder, name), 'utf8');
    reached.set(name, text);
    for (const [, imported] of text.matchAll(/from ['"](\.[^'"]*)\.js['"]/g))
      visit(join(dirname(name), `${imported}.d.ts`));
  };
  for (const entry of entries) visit(`${entry}.d.ts`);
  return reached;
}

/** Of a file of exported types, those that some texts name, and those that these name in turn. */
function withoutUnnamed(text, others) {
  const declarations = text.split(/^(?=export |\/\*\*(?:[^*]|\*(?!\/))*\*\/\nexport )/m);
  const nameOf = (declaration) => /^export (?:type|declare const) (\w+)/m.exec(declaration)?.[1];
  const isNamedIn = (where, name) => new RegExp(`\\b${name}\\b`).test(where);
  const kept = new Set(declarations.filter((declaration) => nameOf(declaration) === undefined));
  for (let texts = [...others]; texts.length > 0; ) {
    const where = texts.join('\n');
    texts = declarations.filter((one) => !kept.has(one) && isNamedIn(where, nameOf(one)));
    for (const declaration of texts) kept.add(declaration);
  }
  return declarations.filter((declaration) => kept.has(declaration)).join('');
}

/** Copies from `types` to `dist` the declarations that the entries lead to. */
export function publishDeclarations(types, dist, entries) {
  const reached = reachedFrom(types, entries);
  for (const name of reached.keys()) cpSync(join(types, name), join(dist, name));
  const others = [...reached].filter(([name]) => name !== generated).map(([, text]) => text);
  writeFileSync(join(dist, generated), withoutUnnamed(reached.get(generated), others));
}
