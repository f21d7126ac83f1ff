import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// What CONTRIBUTING.md says of the code and no linter has a rule for.

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = ['src', 'clients/typescript/src'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/(^|\/)generated\//.test(file))
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(join(root, folder, file), 'utf8') })),
);

const where = (pattern: RegExp) =>
  files.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([found]) => `${file}: ${found.trim()}`));

test('no file is longer than 200 lines, and four of five are shorter than 100', () => {
  const lengths = files.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
  expect(lengths.filter(({ lines }) => lines > 200)).toEqual([]);
  expect(lengths.filter(({ lines }) => lines < 100).length / lengths.length).toBeGreaterThanOrEqual(0.8);
});

test('a function at the top of a file is declared as one, but for the helpers of the JSON writer, where it was measured', () => {
  expect(
    where(/^(export )?const \w+ = (async )?(<\w+>)?\([^\n]*(=>)?$/gm).filter(
      (line) => /=>|\($/.test(line) && !line.startsWith('clients/typescript/src/json/stringify.ts'),
    ),
  ).toEqual([]);
});

test('constants are written in camelCase', () => {
  expect(where(/^(export )?const [A-Z][A-Z0-9]+(_[A-Z0-9]+)* =/gm)).toEqual([]);
});

test('the only classes are errors', () => {
  const classes = where(/^(export )?class \w+[^{]*/gm);
  expect(classes.length).toBeGreaterThan(3);
  expect(classes.filter((line) => !/extends (\w*Error|NotYet)\b/.test(line))).toEqual([]);
});

test('an index.ts lists or loads, and defines nothing', () => {
  const defining = files
    .filter(({ file }) => /(^|\/)index\.ts$/.test(file))
    .filter(({ text }) => /^(export )?(async )?(function|class|type(?! \{)|interface)\b/m.test(text))
    .map(({ file }) => file);
  expect(defining).toEqual([]);
});

test('main.ts sets NODE_ENV before anything is loaded: graphql-js decides when it is, whether to check at every step', () => {
  const { text } = files.find(({ file }) => file === 'src/main.ts')!;
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .trim()
    .split('\n');
  expect(code).toEqual(["process.env['NODE_ENV'] ??= 'production';", "await import('./process/main.ts');"]);
});
