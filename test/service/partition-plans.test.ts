import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, expect, vi } from 'vitest';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';
import { partitionNow } from '../support/partition-now.ts';
import { nodes } from '../support/plans.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

// What is asked of one run, or written to it, looks into the one part of each table that has it: every statement carries the id
// of the run. Here all tables that grow with what is logged are partitioned by it, as Citus would distribute them
// (docs/scaling.md); `runledger partition` does so with the entries alone.

const parts = 8;
const scaling = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
const tables = [...scaling.matchAll(/create_distributed_table\('(\w+)', 'run_id'/g)]
  .map(([, table]) => table!)
  .filter((table) => table !== 'metadata_entry');
let sent: { text: string; values: unknown[] }[] = [];

test.beforeAll(async ({ service, database }) => {
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [config, values] = args as [string | { text: string; values?: unknown[] }, unknown];
    if (typeof config !== 'string' && typeof config.text === 'string')
      sent.push({ text: config.text, values: config.values ?? (Array.isArray(values) ? values : []) });
    return query.apply(this, args) as never;
  });
  expect(tables).toEqual(expect.arrayContaining(['latest_entry', 'log_request', 'heartbeat', 'failure', 'change']));
  for (const table of tables) {
    await service.sql(`ALTER TABLE ${table} RENAME TO ${table}_whole`);
    await service.sql(`CREATE TABLE ${table} (LIKE ${table}_whole INCLUDING ALL) PARTITION BY HASH (run_id)`);
    for (let part = 0; part < parts; part += 1)
      await service.sql(
        `CREATE TABLE ${table}_p${part} PARTITION OF ${table} FOR VALUES WITH (MODULUS ${parts}, REMAINDER ${part})`,
      );
    // The views of others go with it.
    await service.sql(`DROP TABLE ${table}_whole CASCADE`);
  }
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

/**
 * How many parts of each table each statement has read, as `statement table`. Nothing of it is kept. With so few rows the planner
 * would read some tables whole, whatever it might do: it is to take the way by the index.
 */
async function partsRead(service: TestService, work: () => Promise<unknown>): Promise<Map<string, number>> {
  sent = [];
  await work();
  const statements = sent.filter(({ text }) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|\/\*)/.test(text));
  const read = new Map<string, Set<string>>();
  for (const { text, values } of statements) {
    const name = /\/\* (\w+)|name='([\w.]+)'/.exec(text)?.slice(1).join('') ?? text;
    if (name === 'undefined') throw new Error(text);
    const client = await service.db.pool.connect();
    try {
      await client.query('BEGIN');
      for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await client.query(`SET LOCAL enable_${way} = off`);
      await client.query('SAVEPOINT once');
      const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values).catch(async () => {
        // What is inserted once cannot be again. Its plan has all parts that could be read.
        await client.query('ROLLBACK TO once');
        return client.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
      });
      for (const node of nodes(rows[0]['QUERY PLAN'][0].Plan)) {
        const [, table, part] = /^(\w+)_p(\d+)$/.exec(node['Relation Name'] ?? '') ?? [];
        if (!table || !part || node['Actual Loops'] === 0) continue;
        const what = `${name} ${table}`;
        read.set(what, (read.get(what) ?? new Set()).add(part));
      }
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }
  return new Map([...read].map(([what, of]) => [what, of.size]));
}

const spread = (read: Map<string, number>) => [...read].filter(([, count]) => count > 1).map(([what]) => what);

test('questions about one run', async ({ service }) => {
  const step = await startStep(service, 'run-7.', 's');
  await log(service, { stepId: step.id }, { a: 1 }, { requestId: '0190aaaa-0000-4000-8000-000000000001' });
  const read = await partsRead(service, () =>
    service.run(
      `{ pipelineRun(ref: "run-7.") { lastSeenAt failure { type } a: runMetadata(key: "a") { value } s: runMetadata(key: "s::a") { value }
           metadata { key retraction { reason } } metadataHistory(key: "k3") { totalCount nodes { value retraction { reason } } }
           steps { nodes { lastSeenAt failure { type } metadata { key } metadataSeries(key: "a") { total } } } }
         compareRuns(refs: ["run-7."]) { rows { key } } series(refs: ["run-7."], keys: ["k3"]) { total } }`,
    ),
  );
  expect([...read.keys()]).toEqual(
    expect.arrayContaining(['select_latest latest_entry', 'list_history_of_runs metadata_entry']),
  );
  expect(spread(read)).toEqual([]);
});

test('writes to one run: its steps, the entries, their repetition, a retraction, a copy, its end', async ({
  service,
}) => {
  const step = await startStep(service, 'run-8.', 's');
  const once = { requestId: '0190aaaa-0000-4000-8000-000000000002' };
  const read = await partsRead(service, async () => {
    const { entries } = await log(service, { stepId: step.id }, { a: 1, b: 2 }, once);
    await log(service, { stepId: step.id }, { a: 1, b: 2 }, once);
    await log(service, { run: 'run-8.' }, { c: 1 });
    await startStep(service, 'run-8.', 'copy', { cachedFrom: step.id });
    await startStep(service, 'run-8.', 's');
    await finishStep(service, step.id);
    await service.run(`mutation { retractMetadata(entryId: "${entries[0]!.id}", reason: "wrong") { latest { id } } }`);
    await service.run('mutation { finishRun(ref: "run-8.") { id } }');
  });
  expect([...read.keys()]).toEqual(
    expect.arrayContaining(['find_entries metadata_entry', 'retract_entry metadata_entry', 'copy_latest latest_entry']),
  );
  // Who takes back an entry names it by its id alone, and not the run: a look into the index of each part.
  expect(spread(read)).toEqual(['find_entry metadata_entry']);
});
