import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { expect } from 'vitest';
import { writeFullLedger } from '../support/full-ledger.ts';
import { ledgerCommand } from '../support/ledger-command.ts';
import { test as base } from '../support/test.ts';

// Exports as tables, Parquet and CSV, have the rows of the views.

const test = base.extend('folder', { scope: 'file' }, async ({ postgresUrl: _url }, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), 'runledger-tables-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  return folder;
});

test.beforeAll(({ service }) => writeFullLedger(service));

const tables = [
  ['latest', 'runledger_latest', 'r.started_at, r.id, v.step, v.key'],
  ['entries', 'runledger_entries', 'r.started_at, r.id, v.entry_id'],
] as const;

test.for(tables)(
  'Parquet, of %s: types, names and every value',
  async ([of, view, order], { service, database, folder }) => {
    const path = join(folder, `${of}.parquet`);
    const { code, stderr } = await ledgerCommand(database, 'export', path, '--of', of);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/exported 5 runs/)]);
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const read = await parquetReadObjects({ file, metadata });
    const rows = await service.sql(
      `SELECT v.*, v.run_id::text, v.step_id::text FROM ${view} v JOIN pipeline_run r ON r.id = v.run_id ORDER BY ${order}`,
    );
    expect(rows.length).toBeGreaterThan(20);
    // The driver gives bigints as text.
    const exact = rows.map((row) => ({
      ...row,
      entry_id: BigInt(row.entry_id),
      iteration: row.iteration === null ? null : BigInt(row.iteration),
    }));
    expect(read).toEqual(exact);
    const types = Object.fromEntries(
      metadata.schema
        .slice(1)
        .map(({ name, type, logical_type, converted_type }) => [name, logical_type?.type ?? converted_type ?? type]),
    );
    expect(types).toMatchObject({
      run: expect.stringMatching(/STRING|UTF8/),
      run_started_at: expect.stringMatching(/TIMESTAMP/),
      number: 'DOUBLE',
      iteration: 'INT64',
      entry_id: 'INT64',
      attempt: 'INT32',
    });
  },
);

test.for(tables)(
  'CSV, of %s: as Postgres writes the view, compressed or not',
  async ([of, view, order], { service, database, folder }) => {
    const path = join(folder, `${of}.csv.gz`);
    expect((await ledgerCommand(database, 'export', path, '--of', of)).code).toBe(0);
    const zipped = gunzipSync(readFileSync(path)).toString();
    const { stdout } = await ledgerCommand(database, 'export', '-', '--format', 'csv', '--of', of);
    expect(stdout).toBe(zipped);
    const records = parseCsv(stdout);
    const columns = await service.sql(
      `SELECT attname FROM pg_attribute WHERE attrelid = '${view}'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(records[0]).toEqual(columns.map(({ attname }) => attname));
    const texts = columns.map(({ attname }) => `v.${attname}::text`).join();
    const { rows } = await service.db.pool.query({
      text: `SELECT ${texts} FROM ${view} v JOIN pipeline_run r ON r.id = v.run_id ORDER BY ${order}`,
      rowMode: 'array',
    });
    const short = (cell: string | null) => (cell === 'true' ? 't' : cell === 'false' ? 'f' : (cell ?? ''));
    const isBoolean = records[0]!.map((name) => name === 'superseded');
    expect(records.slice(1)).toEqual(
      rows.map((row: (string | null)[]) => row.map((cell, index) => (isBoolean[index] ? short(cell) : (cell ?? '')))),
    );
  },
);

test('a part of it, and nothing: there are columns all the same', async ({ database, folder }) => {
  const path = join(folder, 'part.parquet');
  await ledgerCommand(database, 'export', path, '--run', 'heir');
  const names = (await parquetReadObjects({ file: await asyncBufferFromFile(path) })).map(({ run }) => run);
  expect(new Set(names)).toEqual(new Set(['heir']));
  await ledgerCommand(database, 'export', path, '--pipeline', 'nobody');
  const none = await parquetMetadataAsync(await asyncBufferFromFile(path));
  expect([Number(none.num_rows), none.schema.length]).toEqual([0, 19]);
  const { stdout } = await ledgerCommand(
    database,
    'export',
    '-',
    '--format',
    'csv',
    '--run',
    'heir',
    '--of',
    'entries',
  );
  expect(parseCsv(stdout).length).toBeGreaterThan(2);
  expect(
    new Set(
      parseCsv(stdout)
        .slice(1)
        .map((cells) => cells[1]),
    ),
  ).toEqual(new Set(['heir']));
});

test.for([
  [['export'], 'give one FILE'],
  [['export', 'a', 'b'], 'give one FILE'],
  [['export', 'ledger'], '--format must be one of jsonl, csv, parquet, and the name of the file does not say which.'],
  [['export', 'a.xlsx', '--format', 'xlsx'], 'not "xlsx"'],
  [['export', 'a.jsonl', '--of', 'latest'], 'lines of JSON have everything'],
  [['export', '-', '--format', 'parquet'], 'give its name'],
  [['export', 'a.csv', '--started-after', 'yesterday'], '--started-after must be a time such as 90d'],
  [['import'], 'give one FILE'],
  [['prune'], 'give --older-than'],
  [['prune', '--older-than', '3 weeks'], '--older-than must be a time such as 90d'],
  [['prune', '--older-than', '1d', '--keep-latest', '--unfinished'], 'whole runs'],
  [['prune', '--older-than', '1d', '--dry-run', '--apply'], 'not both'],
] as const)('%s is refused', async ([[name, ...args], message], { database }) => {
  await expect(ledgerCommand(database, name, ...args)).rejects.toThrow(message);
});

/** As RFC 4180 has it. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/gy;
  let record: string[] = [];
  for (let found = cell.exec(text); found; found = cell.exec(text)) {
    record.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === '\n') {
      records.push(record);
      record = [];
    }
  }
  expect(record).toEqual([]);
  return records;
}
