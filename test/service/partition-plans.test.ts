import pg from 'pg';
import { afterAll, expect, vi } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import { partitionNow } from '../support/partition-now.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

// Whatever is asked of one run looks into the one partition that has it.

const parts = 8;
let sent: { text: string; values: unknown[] }[] = [];

test.beforeAll(async ({ service, database }) => {
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [config, values] = args as [string | { text: string; values?: unknown[] }, unknown];
    if (typeof config !== 'string' && typeof config.text === 'string')
      sent.push({ text: config.text, values: config.values ?? (Array.isArray(values) ? values : []) });
    return query.apply(this, args) as never;
  });
  for (let run = 0; run < 30; run += 1) await startRun(service, { name: `run-${run}.` });
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
     SELECT id, id, 'k' || n % 10, 'INT', to_json(n), now() FROM pipeline_run, generate_series(1, 1000) n`,
  );
  await partitionNow(database.url, { parts, blocks: 1_024 });
});
afterAll(() => {
  vi.restoreAllMocks();
});

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Actual Loops': number; Plans?: Plan[] };
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/** How many partitions each statement about entries has read, by its name. Nothing of it is kept. */
async function partitionsRead(service: TestService, work: () => Promise<unknown>): Promise<Record<string, number>> {
  sent = [];
  await work();
  const statements = sent.filter(({ text }) => /\bmetadata_entry\b/.test(text));
  expect(statements.length).toBeGreaterThan(0);
  const read: Record<string, number> = {};
  for (const { text, values } of statements) {
    const client = await service.db.pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
      const found = nodes(rows[0]['QUERY PLAN'][0].Plan)
        .filter((node) => /^metadata_entry_p\d/.test(node['Relation Name'] ?? '') && node['Actual Loops'] > 0)
        .map((node) => node['Relation Name']);
      const name = /\/\* (\w+)/.exec(text)?.[1] ?? text;
      read[name] = Math.max(read[name] ?? 0, new Set(found).size);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }
  return read;
}

test('questions about one run', async ({ service }) => {
  const step = await startStep(service, 'run-7.', 's');
  await log(service, { stepId: step.id }, { a: 1 }, { requestId: '0190aaaa-0000-4000-8000-000000000001' });
  const read = await partitionsRead(service, () =>
    service.run(
      `{ pipelineRun(ref: "run-7.") { lastSeenAt a: runMetadata(key: "a") { value } s: runMetadata(key: "s::a") { value } metadata { key retraction { reason } }
         metadataHistory(key: "k3") { totalCount nodes { value retraction { reason } } } metadataSeries(key: "k3") { total } steps { nodes { metadata { key } } } }
         compareRuns(refs: ["run-7."]) { rows { key } } }`,
    ),
  );
  expect(Object.keys(read).length).toBeGreaterThan(4);
  expect(Object.entries(read).filter(([, count]) => count > 1)).toEqual([]);
});

test('writes to one run: the entries, their repetition, a retraction, a copy, a deletion', async ({ service }) => {
  const step = await startStep(service, 'run-8.', 's');
  const once = { requestId: '0190aaaa-0000-4000-8000-000000000002' };
  const read = await partitionsRead(service, async () => {
    const { entries } = await log(service, { stepId: step.id }, { a: 1, b: 2 }, once);
    await log(service, { stepId: step.id }, { a: 1, b: 2 }, once);
    await startStep(service, 'run-8.', 'copy', { cachedFrom: step.id });
    await service.run(`mutation { retractMetadata(entryId: "${entries[0]!.id}", reason: "wrong") { latest { id } } }`);
  });
  // An entry by its id alone may be anywhere: a look into the block range index of each.
  const { find_entry: byId, ...others } = read;
  expect(byId).toBeLessThanOrEqual(parts);
  expect(Object.keys(others)).toEqual(
    expect.arrayContaining(['insert_entries', 'find_entries', 'copy_latest', 'retract_entry']),
  );
  expect(Object.entries(others).filter(([, count]) => count > 1)).toEqual([]);
});
