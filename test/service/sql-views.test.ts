import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

const read = (file: string) => readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
const page = read('sql-views.md');

const queries = [
  ...page.matchAll(/^## (.+)$(?:(?!^## )[\s\S])*?```sql\n(SELECT (?:(?!```)[\s\S])*)```\n\n((?:\|.*\n)+)/gm),
].map(([, title, sql, table]) => ({ title: title!, sql: sql!, rows: rowsOf(table!) }));

function rowsOf(table: string): string[][] {
  const lines = table.trim().split('\n');
  const cells = (line: string) => line.slice(2, -2).split(' | ');
  return [cells(lines[0]!), ...lines.slice(2).map(cells)];
}

/** Rows as a page shows them, under the names of their columns. */
async function asked(service: TestService, sql: string): Promise<string[][]> {
  const { rows, fields } = await service.db.pool.query({ text: sql, types: { getTypeParser: () => String } });
  return [fields.map(({ name }) => name), ...rows.map((row) => fields.map(({ name }) => row[name]))];
}

test.beforeAll(async ({ service }) => {
  const setup = /```graphql\n(mutation Setup .*?)```/s.exec(read('dashboards.md'))![1]!;
  const { l } = await service.run(setup);
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "wrong run") { latest { id } } }', {
    id: l.entries[0].id,
  });
});

test('the page has its queries', () => {
  expect(queries.length).toBe(6);
});

test.for(queries)('$title', async ({ sql, rows }, { service }) => {
  expect(await asked(service, sql)).toEqual(rows);
});

test("Grafana's, once Grafana has put in its macros", async ({ service }) => {
  const [, query] = /\*\*Grafana\*\*[\s\S]*?```text\n([\s\S]*?)```/.exec(page)!;
  const asGrafana = query!
    .replace(/\$__time\((\w+)\)/, '$1 AS "time"')
    .replace(/\$__timeFilter\((\w+)\)/, "$1 BETWEEN '2026-11-01T00:00:00Z' AND '2026-12-01T00:00:00Z'")
    .replace('$pipeline', 'iris');
  const [head, ...rows] = await asked(service, asGrafana);
  expect(head).toEqual(['time', 'metric', 'value']);
  expect(rows.map(([, ...row]) => row)).toEqual([
    ['iris-1', '0.913'],
    ['iris-2', '0.84'],
  ]);
});

test('the columns are those of the page, in number, name and type', async ({ service }) => {
  const promised = { runledger_latest: new Map<string, string>(), runledger_entries: new Map<string, string>() };
  const rows = [...page.matchAll(/^\| (`.+?`) \| ([a-z, ]+) \| (both|latest|entries) \|/gm)];
  for (const [, names, types, where] of rows) {
    const all = names!.split(', ').map((name) => name.replaceAll('`', ''));
    for (const [index, name] of all.entries()) {
      const type = types!.split(', ')[index] ?? types!;
      if (where !== 'entries') promised.runledger_latest.set(name, type);
      if (where !== 'latest') promised.runledger_entries.set(name, type);
    }
  }
  for (const [view, columns] of Object.entries(promised)) {
    const found = await service.sql(
      'SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0',
      [view],
    );
    const short = (type: string) => (type === 'timestamp with time zone' ? 'timestamptz' : type);
    expect(Object.fromEntries(found.map(({ name, type }) => [name, short(type)]))).toEqual(Object.fromEntries(columns));
  }
});

test('superseded attempts, retractions and values of all kinds are as in GraphQL', async ({ service }) => {
  const run = await startRun(service, { name: 'all kinds', pipeline: 'views' });
  const first = await startStep(service, run.id, 'train');
  await log(service, { stepId: first.id }, { loss: 1, only: 'first' });
  const second = await startStep(service, run.id, 'train');
  await log(service, { stepId: second.id }, { loss: 2 });
  const { entries } = await log(service, { run: run.id }, { loss: 3, gone: 4 });
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "no") { latest { id } } }', {
    id: entries[1]!.id,
  });
  const long = '9'.repeat(400);
  await service.run(
    `mutation ($run: String!) { logMetadata(input: { target: { run: $run }, metadata: {
      long: ${long}, tiny: 5e-324, exact: 9007199254740993, nothing: null, dict: {b: 1.0, a: [true]} },
      entries: [{ key: "nan", value: "NaN", type: FLOAT }, { key: "uri", value: "s3://x/\\u00e9", type: URI }] }) { replayed } }`,
    { run: run.id },
  );
  const latest = await service.sql(
    `SELECT step, key, value, number, text, logged_by, attempt FROM runledger_latest WHERE run = 'all kinds' ORDER BY step, key`,
  );
  expect(latest).toEqual([
    ...[
      { key: 'dict', value: '{"b":1.0,"a":[true]}', number: null, text: null },
      { key: 'exact', value: '9007199254740993', number: 9007199254740992, text: null },
      { key: 'long', value: long, number: null, text: null },
      { key: 'loss', value: '3', number: 3, text: null },
      { key: 'nan', value: '"NaN"', number: null, text: null },
      { key: 'nothing', value: 'null', number: null, text: null },
      { key: 'tiny', value: '5e-324', number: 5e-324, text: null },
      { key: 'uri', value: '"s3://x/é"', number: null, text: 's3://x/é' },
    ].map((row) => ({ step: '', ...row, logged_by: null, attempt: null })),
    { step: 'train', key: 'loss', value: '2', number: 2, text: null, logged_by: 'train', attempt: 2 },
  ]);
  const history = await service.sql(
    `SELECT step, attempt, superseded, key, value FROM runledger_entries WHERE run = 'all kinds' AND key IN ('loss', 'only', 'gone')
     ORDER BY entry_id`,
  );
  expect(history).toEqual([
    { step: 'train', attempt: 1, superseded: true, key: 'loss', value: '1' },
    { step: 'train', attempt: 1, superseded: true, key: 'only', value: '"first"' },
    { step: 'train', attempt: 2, superseded: false, key: 'loss', value: '2' },
    { step: null, attempt: null, superseded: false, key: 'loss', value: '3' },
  ]);
});

test('a deleted run is in neither, before its entries are removed', async ({ service }) => {
  const run = await startRun(service, { name: 'deleted' });
  await log(service, { run: run.id }, { k: 1 });
  await service.sql('DELETE FROM pipeline_run WHERE id = $1', [run.id]);
  for (const view of ['runledger_latest', 'runledger_entries'])
    expect(await service.sql(`SELECT FROM ${view} WHERE run_id = $1`, [run.id])).toEqual([]);
});

test('a role that may read the views needs nothing else', async ({ service }) => {
  const client = await service.db.pool.connect();
  const role = `views_reader_${Math.random().toString(36).slice(2)}`;
  try {
    await client.query('BEGIN');
    await client.query(`CREATE ROLE ${role}`);
    await client.query(`GRANT SELECT ON runledger_latest, runledger_entries TO ${role}`);
    await client.query(`SET LOCAL ROLE ${role}`);
    const { rows } = await client.query(`SELECT count(*)::int FROM runledger_latest WHERE run = 'iris-1'`);
    expect(rows[0].count).toBeGreaterThan(5);
    await client.query('SAVEPOINT s');
    await expect(client.query('SELECT FROM metadata_entry')).rejects.toThrow('permission denied');
    await client.query('ROLLBACK TO s');
    expect((await client.query('SELECT count(*)::int FROM runledger_entries')).rows[0].count).toBeGreaterThan(5);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
