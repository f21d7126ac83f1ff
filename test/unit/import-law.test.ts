import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// Who may import whom is in biome.json, an allow-list for each folder. These files break it, each in one way.

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file, what it imports, and a piece of what the law says of it. */
const refused: [file: string, imported: string, said: string][] = [
  ['src/new-room/a.ts', '../errors.ts', 'no import law yet'],
  ['src/new-room/deep/er/a.ts', 'pg', 'no import law yet'],
  ['src/new-room/a.ts', '@runledger/client/json', 'no import law yet'],
  ['src/new-file.ts', './graphql/app.ts', 'is a leaf'],
  ['src/errors.ts', 'graphql', 'is a leaf'],
  ['src/main.ts', './process/serve.ts', 'sets NODE_ENV'],
  ['src/server.ts', './domain/find-run.ts', 'as a library'],
  ['src/measure/a.ts', '../errors.ts', 'is a leaf'],
  ['src/measure/a.ts', 'prom-client', 'nor a library of metrics'],
  ['src/telemetry/a.ts', '../graphql/app.ts', 'counts nothing itself'],
  ['src/graphql/a.ts', 'prom-client', 'the road'],
  ['src/storage/postgres/a.ts', '@opentelemetry/api', 'knows no table'],
  ['clients/typescript/src/uuid.ts', 'node:crypto', 'is a leaf'],
  ['clients/typescript/src/json/parse.ts', '../errors.ts', 'is a leaf'],
  ['clients/typescript/src/json/deep/a.ts', '../../errors.ts', 'is a leaf'],
  ['clients/typescript/src/json/parse.ts', 'node:buffer', 'is a leaf'],
  ['src/process/a.ts', '../schema/index.ts', 'opens, starts and stops'],
  ['src/process/a.ts', '../domain/log-metadata.ts', 'opens, starts and stops'],
  ['src/process/a.ts', 'graphql', 'opens, starts and stops'],
  ['src/http/a.ts', '../schema/context.ts', 'never the schema'],
  ['src/http/a.ts', '../storage/postgres/database.ts', 'or the database'],
  ['src/http/a.ts', 'pg', 'or the database'],
  ['src/http/deep/a.ts', '../../storage/rows.ts', 'or the database'],
  ['src/http/pages/a.ts', '../../graphql/app.ts', 'by the public API'],
  ['src/graphql/a.ts', '../schema/step.ts', 'no type, no rule'],
  ['src/graphql/a.ts', '../domain/find-run.ts', 'no type, no rule'],
  ['src/graphql/a.ts', '../storage/entries/latest.ts', 'no statement'],
  ['src/graphql/a.ts', 'node:http', 'the road'],
  ['src/graphql/plan/a.ts', '../../schema/index.ts', 'nothing of this service'],
  ['src/graphql/plan/a.ts', '../engine.ts', 'nothing of this service'],
  ['src/schema/a.ts', '../storage/entries/append.ts', 'never writes'],
  ['src/schema/a.ts', '../generated/prisma/client.ts', 'never writes'],
  ['src/schema/deep/a.ts', '../../storage/entries/append.ts', 'never writes'],
  ['src/schema/a.ts', '@prisma/client', 'never writes'],
  ['src/schema/a.ts', '../graphql/app.ts', 'names, arguments and descriptions'],
  ['src/schema/a.ts', '@pothos/plugin-relay', 'names, arguments and descriptions'],
  ['src/domain/a.ts', 'node:http', 'never how it is served'],
  ['src/domain/a.ts', 'graphql', 'never how it is served'],
  ['src/domain/a.ts', '../schema/context.ts', 'never how it is served'],
  ['src/domain/a.ts', '../generated/prisma/enums.ts', 'belong in storage'],
  ['src/domain/a.ts', '../storage/embedded/open.ts', 'never how it is served'],
  ['src/domain/new/a.ts', '../../storage/rows.ts', 'never how it is served'],
  ['src/domain/value/a.ts', '../find-run.ts', 'asks nobody'],
  ['src/domain/value/a.ts', '../../storage/runs/runs.ts', 'asks nobody'],
  ['src/storage/new/a.ts', '../rows.ts', 'no import law yet'],
  ['src/storage/postgres/a.ts', '../runs/runs.ts', 'knows no table'],
  ['src/storage/entries/a.ts', '../runs/run-list.ts', 'no list of runs'],
  ['src/storage/entries/a.ts', 'graphql-yoga', 'SQL about entries'],
  ['src/storage/runs/a.ts', '../../domain/find-run.ts', 'knows no rule'],
  ['src/storage/runs/a.ts', '../../errors.ts', 'no error code'],
  ['src/storage/runs/deep/a.ts', '../../entries/latest.ts', 'SQL about runs'],
  ['src/storage/changes/a.ts', '../entries/append.ts', 'never the other way round'],
  ['src/storage/partitioning/a.ts', '../entries/append.ts', 'changes the shape'],
  ['src/http/a.ts', '../graphql/reading.ts', 'or the database'],
  ['src/storage/embedded/a.ts', '../postgres/database.ts', 'tied to nothing but itself'],
  ['src/move/a.ts', 'pg', 'asks the database through storage/move'],
  ['src/move/a.ts', '../storage/runs/old-runs.ts', 'a ledger as files'],
  ['src/move/a.ts', '../process/progress.ts', 'never the command line'],
  ['src/storage/move/a.ts', 'node:fs', 'it knows no file'],
  ['src/storage/move/a.ts', '../../domain/find-run.ts', 'about a whole ledger'],
  ['src/cli/a.ts', '../move/import-lines.ts', 'the commands that work on the database itself'],
  ['src/cli/a.ts', '../domain/find-run.ts', 'user of the client'],
  ['src/cli/deep/a.ts', '../../storage/rows.ts', 'user of the client'],
  ['src/cli/read/a.ts', 'pg', 'user of the client'],
  ['src/filter/a.ts', '@runledger/client', 'a leaf'],
  ['src/filter/a.ts', '../format/time.ts', 'a leaf'],
  ['src/format/a.ts', '../filter/tree.ts', 'a leaf'],
  ['src/format/a.ts', 'node:fs', 'a leaf'],
  ['src/domain/a.ts', '@runledger/client', 'never how it is served'],
  ['clients/typescript/src/a.ts', 'pg', 'and no package'],
  ['clients/typescript/src/a.ts', 'runledger/server', 'and no package'],
  ['clients/typescript/src/a.ts', '../../../src/errors.ts', 'nothing of the server'],
  ['clients/typescript/src/spool/a.ts', '../../../../src/storage/rows.ts', 'nothing of the server'],
  ['src/dashboard/a.ts', '../domain/find-run.ts', 'by the browser client'],
  ['src/dashboard/a.ts', '@runledger/client', 'by the browser client'],
  ['src/dashboard/a.ts', '@runledger/client/internal/client', 'by the browser client'],
  ['src/dashboard/runs/a.ts', '../compare/use-comparison.ts', 'by the browser client'],
  ['src/dashboard/runs/a.ts', 'uplot', 'by the browser client'],
  ['src/dashboard/plots/a.ts', '../api/ask.ts', 'draws what it is handed'],
  ['src/dashboard/plots/a.ts', '../runs/cells.ts', 'draws what it is handed'],
  ['clients/typescript/src/testing/a.ts', 'vitest', 'stands in the place of the service'],
  ['clients/typescript/src/new/a.ts', '../errors.ts', 'nothing of the server'],
];

/** What the same rooms may do: the law is not simply a no. */
const allowed: [file: string, imported: string][] = [
  ['src/process/b.ts', '../graphql/app.ts'],
  ['src/http/b.ts', 'node:http'],
  ['src/http/b.ts', '../graphql/app.ts'],
  ['src/graphql/b.ts', '../schema/index.ts'],
  ['src/graphql/plan/b.ts', '@runledger/client/json'],
  ['src/schema/b.ts', '../domain/find-run.ts'],
  ['src/storage/postgres/b.ts', '../../measure/clock.ts'],
  ['src/telemetry/b.ts', 'prom-client'],
  ['src/move/b.ts', '../storage/move/export.ts'],
  ['src/storage/move/b.ts', 'pg-copy-streams'],
  ['src/cli/b.ts', '../process/prune-command.ts'],
  ['src/domain/b.ts', '../storage/entries/append.ts'],
  ['src/domain/value/b.ts', '@runledger/client/json'],
  ['src/storage/runs/b.ts', '../postgres/database.ts'],
  ['src/storage/postgres/b.ts', 'pg'],
  ['src/storage/partitioning/b.ts', '../postgres/migration-error.ts'],
  ['src/http/b.ts', '../graphql/position.ts'],
  ['src/storage/embedded/b.ts', 'node:timers/promises'],
  ['clients/typescript/src/b.ts', './json/parse.ts'],
  ['clients/typescript/src/spool/b.ts', '../errors.ts'],
  ['src/cli/b.ts', '@runledger/client'],
  ['src/cli/read/b.ts', '../../filter/parse.ts'],
  ['src/filter/b.ts', '@runledger/client/json'],
  ['src/dashboard/runs/b.ts', '../../filter/parse.ts'],
  ['src/dashboard/curves/b.ts', 'uplot'],
  ['src/dashboard/compare/b.ts', '../plots/plots.tsx'],
  ['src/dashboard/api/b.ts', '@runledger/client/internal/post'],
];

/** One file a probe: biome reads them all at once. */
const nameOf = (file: string, index: number) => join(dirname(file), `probe-${index}.ts`);
const exact = ['src/errors.ts', 'clients/typescript/src/uuid.ts', 'src/main.ts', 'src/server.ts'];

let folder: string;
let said: Map<string, string[]>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runledger-law-'));
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  const rule = { style: { noRestrictedImports: 'error' } };
  const { vcs: _vcs, ...rest } = config;
  const linter = { enabled: true, rules: { preset: 'none', ...rule } };
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...rest, linter }));
  const probe = (file: string, imported: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `import * as x from '${imported}';\nexport const y = x;\n`);
  };
  refused.forEach(([file, imported], index) => {
    probe(exact.includes(file) ? file : nameOf(file, index), imported);
  });
  allowed.forEach(([file, imported], index) => {
    probe(nameOf(file, 1_000 + index), imported);
  });
  said = lint(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What biome says of each file. */
function lint(where: string): Map<string, string[]> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const report = (() => {
    try {
      const options = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
      return execFileSync(process.execPath, [biome, ...options], { cwd: where, stdio: 'pipe', encoding: 'utf8' });
    } catch (error) {
      // It fails where it finds something, as it should.
      return (error as { stdout: string }).stdout;
    }
  })();
  const found = new Map<string, string[]>();
  for (const { category, location, message } of JSON.parse(report).diagnostics) {
    if (category !== 'lint/style/noRestrictedImports') continue;
    const file = typeof location.path === 'string' ? location.path : location.path.file;
    found.set(file, [...(found.get(file) ?? []), typeof message === 'string' ? message : JSON.stringify(message)]);
  }
  return found;
}

describe('the import law refuses', () => {
  test.each(refused.map((probe, index) => [...probe, index] as const))('%s → %s', (file, _imported, words, index) => {
    const messages = said.get(exact.includes(file) ? file : nameOf(file, index));
    expect(messages?.join('\n')).toContain(words);
  });
});

test.each(allowed.map((probe, index) => [...probe, index] as const))(
  'it lets %s import %s',
  (file, _imported, index) => {
    expect(said.get(nameOf(file, 1_000 + index))).toBeUndefined();
  },
);

test('the code itself is within it', () => {
  const copy = mkdtempSync(join(tmpdir(), 'runledger-law-'));
  try {
    const filter = (path: string) => path !== join(root, 'src', 'generated');
    cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true, filter });
    const client = 'clients/typescript/src';
    cpSync(join(root, client), join(copy, client), { recursive: true });
    cpSync(join(folder, 'biome.json'), join(copy, 'biome.json'));
    expect([...lint(copy)]).toEqual([]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test('every folder of src has a law of its own', () => {
  const { overrides } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  const laws: string[] = overrides.flatMap(({ includes }: { includes: string[] }) => includes);
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'generated')
    .map(({ name }) => `src/${name}/**`);
  expect(folders.filter((path) => !laws.includes(path))).toEqual([]);
});
