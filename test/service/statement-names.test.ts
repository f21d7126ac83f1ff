import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';
import { openService, type TestService } from '../support/service.ts';

const storage = fileURLToPath(new URL('../../src/storage', import.meta.url));

/** The statements that the code of storage/ has, but for migrations and the embedded Postgres: their names, and whether they are prepared. */
const heads = readdirSync(storage, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('embedded') && !file.endsWith('migrate.ts'))
  .flatMap((file) => [...readFileSync(join(storage, file), 'utf8').matchAll(/`\/\* (\w+)(, prepared)? \*\//g)])
  .map(([, name, prepared]) => ({ name: name!, prepared: prepared !== undefined }));

test('no two statements have one name', () => {
  expect(heads.length).toBeGreaterThan(30);
  const names = heads.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe('of what the service sends', () => {
  let service: TestService;
  let sent: string[];
  const filters = [
    '{ metadata: { key: "acc", gt: 0.5 } }',
    '{ metadata: { key: "s::acc", in: [1, 2, "x"] } }',
    '{ metadata: { key: "dict", path: ["a"], equals: 1 } }',
    '{ not: { pipeline: "p" } }',
  ];
  const orders = [
    '{ name: ASC }',
    '{ startedAt: ASC }',
    '{ metadata: { key: "acc" } }',
    '{ metadata: { key: "text" } }',
  ];

  beforeAll(async () => {
    service = await openService();
    service.queries();
    const run = await startRun(service, { name: 'r', pipeline: 'p' });
    const step = await startStep(service, 'r', 's');
    const first = await log(service, { stepId: step.id }, { acc: 0.9, text: 'x', dict: { a: 1 } });
    await log(service, { stepId: step.id }, { acc: 0.95 }, { requestId: '0190aaaa-0000-4000-8000-000000000001' });
    await log(service, { stepId: step.id }, { acc: 0.95 }, { requestId: '0190aaaa-0000-4000-8000-000000000001' });
    await log(service, { run: 'r' }, { own: 1 });
    await service.run(
      `mutation { retractMetadata(entryId: "${first.entries[1]!.id}", reason: "wrong") { latest { id } } }`,
    );
    await startStep(service, 'r', 's');
    await startStep(service, 'r', 'cached', { cachedFrom: step.id });
    await finishStep(service, (await startStep(service, 'r', 't')).id);
    for (const filter of filters) {
      for (const order of orders) {
        await service.run(
          `{ pipelineRuns(first: 5, filter: ${filter}, orderBy: ${order}) { totalCount nodes { id runMetadata(key: "acc") { value } } } }`,
        );
      }
    }
    await service.run(
      `{ pipelineRun(ref: "r") { steps { totalCount nodes { name cachedFrom { id } metadataSeries(key: "acc") { total } runMetadata(key: "acc") { value } } }
         metadata { key run { id } step { id } } metadataHistory(key: "acc") { totalCount nodes { id } } } metadataKeys { key } compareRuns(refs: ["r"]) { rows { key } } }`,
    );
    await service.run(`mutation { finishRun(ref: "${run.id}") { id } deleteRun(ref: "r") }`);
    sent = service.queries();
  });
  afterAll(() => service.close());

  test('every statement has a name: its own at the head, or that of a call on a model at the end', () => {
    const nameless = sent.filter((sql) => !/^\/\* \w+(, prepared)? \*\/|\/\*name='\w+\.\w+'\*\/$/.test(sql.trim()));
    expect(nameless).toEqual([]);
  });

  test('whatever is prepared under a name has one text', () => {
    const texts = new Map<string, Set<string>>();
    for (const sql of sent) {
      const name = /^\/\* (\w+), prepared \*\//.exec(sql)?.[1];
      if (name) texts.set(name, (texts.get(name) ?? new Set()).add(sql));
    }
    expect(texts.size).toBeGreaterThan(20);
    expect([...texts].filter(([, variants]) => variants.size > 1).map(([name]) => name)).toEqual([]);
  });

  test('Postgres has prepared them under their names', async () => {
    const rows = await service.sql('SELECT name, statement FROM pg_prepared_statements');
    for (const { name, statement } of rows) expect(statement.startsWith(`/* ${name}, prepared */`)).toBe(true);
  });
});
