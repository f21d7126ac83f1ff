import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { tally } from '../../src/storage/counts/tally.ts';
import { migrate } from '../../src/storage/postgres/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { tablesOf, writeFullLedger } from '../support/full-ledger.ts';
import { latestOfRun, log, startRun, startStep } from '../support/ledger.ts';
import { ledgerCommand } from '../support/ledger-command.ts';
import { openService, type TestService } from '../support/service.ts';
import { runCommand } from '../support/service-process.ts';
import { testAlone } from '../support/test.ts';

// A ledger into a file and back, by the commands as an operator runs them.

const test = testAlone
  .extend('folder', async ({ postgresUrl: _url }, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'runledger-move-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    return folder;
  })
  .extend('other', async ({ postgresUrl }, { onCleanup }) => {
    const other = await createEmptyDatabase(postgresUrl);
    onCleanup(other.drop);
    return other;
  })
  // The full ledger in a file.
  .extend('exported', async ({ service, database, folder }) => {
    await writeFullLedger(service);
    const file = join(folder, 'a.jsonl.gz');
    return { file, bytes: await exportTo(database, file) };
  });

async function exportTo(database: Pick<TestDatabase, 'url'>, file: string, ...args: string[]): Promise<Buffer> {
  const { code, stderr } = await ledgerCommand(database, 'export', file, ...args);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^runledger: exported /)]);
  return readFileSync(file);
}

async function importFrom(database: Pick<TestDatabase, 'url'>, file: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ledgerCommand(database, 'import', file, ...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The service on a database that was imported. */
async function served<T>(database: TestDatabase, work: (service: TestService) => Promise<T>): Promise<T> {
  const service = await openService({ database });
  try {
    return await work(service);
  } finally {
    await service.close();
  }
}

test('export, import into an empty database, export: byte for byte the same, and every table too', async ({
  service,
  exported: { file, bytes },
  other,
  folder,
}) => {
  expect(await importFrom(other, file)).toMatch(/^imported 5 runs into PostgreSQL at [^;]+\.\n$/);
  expect(await exportTo(other, join(folder, 'b.jsonl.gz'))).toEqual(bytes);
  await served(other, async (imported) => {
    expect(await tablesOf(imported)).toEqual(await tablesOf(service));
    await Promise.all([service, imported].map(({ db }) => tally(db)));
    const asked = `{ runFacets { total statuses { status runs } pipelines { pipeline runs } }
      metadataKeys(qualified: true) { key runs types } pipelineRuns(orderBy: { name: ASC }) { nodes { name metadata { qualifiedKey id value } } } }`;
    expect(await imported.run(asked)).toEqual(await service.run(asked));
    // New ids come behind those that were imported, and the newest counts.
    const [{ last }] = await service.sql('SELECT max(id) AS last FROM metadata_entry');
    const run = (await imported.run('{ pipelineRun(ref: "heir") { id } }')).pipelineRun.id;
    const { entries } = await log(imported, { step: { run, name: 'train' } }, { loss: 'new' });
    expect(BigInt(entries[0]!.id)).toBeGreaterThan(BigInt(last));
    expect(await latestOfRun(imported, run, 'loss')).toBe('new');
  });
});

test('the lines are JSON that others can read, without compression too, and by standard output and input', async ({
  exported: { bytes },
  database,
  other,
  folder,
}) => {
  const { stdout } = await runCommand(['export', '-'], { DATABASE_URL: database.url });
  expect(stdout).toBe(gunzipSync(bytes).toString());
  const lines = linesOf(stdout);
  expect(lines[0]).toMatchObject({ kind: 'ledger', format: 1, runs: 5 });
  expect(lines.at(-1)).toMatchObject({ kind: 'end', runs: 5, steps: 5, requests: 2 });
  expect(lines.filter(({ kind, key }) => kind === 'entry' && key === 'loss').map(({ value }) => value)).toEqual([
    0.9, 0.5, 0.25, 3, 0.25,
  ]);
  writeFileSync(join(folder, 'plain.jsonl'), stdout);
  await importFrom(other, join(folder, 'plain.jsonl'));
  expect(await exportTo(other, join(folder, 'b.jsonl.gz'))).toEqual(bytes);
});

test('requests that are repeated behind the move are replays', async ({ service, database, other, folder }) => {
  const run = await startRun(service, { name: 'spooled' });
  const requestId = crypto.randomUUID();
  const { entries } = await log(service, { run: run.id }, { k: 1 }, { requestId });
  await exportTo(database, join(folder, 'a.jsonl.gz'));
  await importFrom(other, join(folder, 'a.jsonl.gz'));
  await served(other, async (imported) => {
    const again = await log(imported, { run: run.id }, { k: 1 }, { requestId });
    expect([again.replayed, again.entries[0]!.id]).toEqual([true, entries[0]!.id]);
  });
});

test('imported again it changes nothing; what differs is told, and left alone when that is asked', async ({
  service,
  exported: { file, bytes },
  database,
  other,
  folder,
}) => {
  await importFrom(other, file);
  expect(await importFrom(other, file)).toMatch(/^imported 0 runs into .+; 5 runs had been there before\.\n$/);
  expect(await exportTo(other, join(folder, 'b.jsonl.gz'))).toEqual(bytes);
  // The same into where it came from.
  expect(await importFrom(database, file)).toContain('imported 0 runs');
  await log(service, { run: 'heir' }, { more: 1 });
  await startRun(service, { name: 'not in the file' });
  const { code, stderr } = await ledgerCommand(database, 'import', file);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /A run of the file is here already, and is not the same\. Here, and not in the file: .*"key":"more"/,
  );
  expect(await importFrom(database, file, '--skip-existing')).toContain('5 runs had been there before');
  expect(await latestOfRun(service, 'heir', 'more')).toBe(1);
});

test('a part: by run, by pipeline, by time; parts together are the whole', async ({
  exported: { bytes },
  database,
  other,
  folder,
}) => {
  const names = async (...args: string[]) => {
    const { code, stdout } = await ledgerCommand(database, 'export', '-', ...args);
    expect(code).toBe(0);
    return linesOf(stdout)
      .filter(({ kind }) => kind === 'run')
      .map(({ name }) => name);
  };
  const iris = 'iris "1" \\ café';
  expect(await names('--pipeline', 'iris')).toEqual([iris, 'heir']);
  expect(await names('--pipeline', 'ot*')).toEqual(['failed', 'living', 'empty']);
  expect(await names('--run', 'heir', '--run', 'fail')).toEqual(['heir', 'failed']);
  expect(await names('--started-before', '2026-11-02T08:00:00Z')).toEqual([iris]);
  expect(await names('--started-after', '2026-11-02T08:00:00Z', '--pipeline', 'iris')).toEqual(['heir']);
  const { code, stderr } = await ledgerCommand(database, 'export', '-', '--run', 'nowhere');
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is no run whose id or name is "nowhere"')]);
  for (const pipeline of ['other', 'iris']) {
    await exportTo(database, join(folder, 'part.jsonl.gz'), '--pipeline', pipeline);
    await importFrom(other, join(folder, 'part.jsonl.gz'));
  }
  expect(await exportTo(other, join(folder, 'b.jsonl.gz'))).toEqual(bytes);
});

test('an import never takes over ids that are those of other entries here', async ({ exported: { file }, other }) => {
  // Migrated and written to by itself.
  await migrate(other.url, { notice: () => {} });
  await served(other, async (busy) => {
    const run = await startRun(busy, { name: 'of its own' });
    for (let n = 0; n < 10; n += 1) await log(busy, { run: run.id }, { n });
    const { code, stderr } = await ledgerCommand(other, 'import', file);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/The id \d+ is that of an entry in the file, and here of one of another run/),
    ]);
    expect(await busy.sql('SELECT name FROM pipeline_run')).toEqual([{ name: 'of its own' }]);
  });
});

test('a run whose name is taken is refused with both named', async ({ service, database, other, folder }) => {
  await startRun(service, { name: 'twin' });
  await exportTo(database, join(folder, 'a.jsonl.gz'));
  await migrate(other.url, { notice: () => {} });
  await served(other, (imported) => startRun(imported, { name: 'twin' }));
  const { code, stderr } = await ledgerCommand(other, 'import', join(folder, 'a.jsonl.gz'));
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/A run of the file has a name that another run has here: .*twin/),
  ]);
});

test('while it is imported into a ledger that is in use, writers go on, and followers are told of the runs', async ({
  service,
  database,
  other,
  folder,
}) => {
  // Its ids lie beyond those that the other ledger hands out before.
  await service.sql(`SELECT setval('metadata_entry_id_seq', 1000000000)`);
  const step = await startStep(service, (await startRun(service, { name: 'moved' })).id, 'train');
  for (let n = 0; n < 50; n += 1) await log(service, { stepId: step.id }, { n });
  await exportTo(database, join(folder, 'a.jsonl.gz'));
  await migrate(other.url, { notice: () => {} });
  await served(other, async (busy) => {
    const run = await startRun(busy, { name: 'busy' });
    let isDone = false;
    const writing = (async () => {
      const ids: string[] = [];
      while (!isDone) ids.push((await log(busy, { run: run.id }, { k: ids.length })).entries[0]!.id);
      return ids;
    })();
    await importFrom(other, join(folder, 'a.jsonl.gz')).finally(() => {
      isDone = true;
      return writing;
    });
    const ids = (await writing).map(BigInt);
    expect(ids.some((id) => id < 1_000_000_000n) && ids.some((id) => id > 1_000_000_000n)).toBe(true);
    const [{ twice }] = await busy.sql('SELECT count(*)::int - count(DISTINCT id)::int AS twice FROM metadata_entry');
    expect(twice).toBe(0);
    expect(await busy.sql(`SELECT run_name FROM change WHERE run_name = 'moved' AND kind = 'RUN'`)).toHaveLength(1);
    await tally(busy.db);
    expect(await busy.run('{ runFacets { total } metadataKeys { key runs } }')).toEqual({
      runFacets: { total: 2 },
      metadataKeys: [
        { key: 'k', runs: 1 },
        { key: 'n', runs: 1 },
      ],
    });
  });
});

const head = '{"kind":"ledger","format":1,"runs":1,"lastEntry":"0"}\n';
const run =
  '{"kind":"run","id":"00000000-0000-4000-8000-000000000001","name":"r","pipeline":"p","status":"RUNNING","startedAt":"2026-01-01T00:00:00Z"}\n';
const end = '{"kind":"end","runs":1,"steps":0,"entries":0,"requests":0}\n';
const entry =
  '{"kind":"entry","run":"00000000-0000-4000-8000-000000000001","id":"1","key":"k","type":"INT","value":1,"loggedAt":"2026-01-01T00:00:00Z","recordedAt":"2026-01-01T00:00:00Z"}\n';
/** An export of the run with this entry. */
const withEntry = (text: string) => head + run + text + end.replace('"entries":0', '"entries":1');

test.for([
  ['no such file', null, /no such file/],
  ['nothing', '', /no export|ends before its end/],
  ['something else', 'id,name\n1,x\n', /This is no export of a ledger/],
  ['a newer version', head.replace('"format":1', '"format":2'), /newer version/],
  ['cut off behind a line', head + run, /ends before its end/],
  ['cut off in a line', head + run.slice(0, 50), /ends in the middle of a line/],
  ['a line less', head + end, /says that it has 1 runs, and has 0/],
  ['no run before it', head + entry, /stands before the line of its run/],
  ['not JSON', withEntry(entry.replace('"k"', 'k')), /refuses something in lines 2 to/],
  ['no such type', withEntry(entry.replace('INT', 'COMPLEX')), /COMPLEX/],
  ['a key that is too long', withEntry(entry.replace('"k"', `"${'k'.repeat(300)}"`)), /metadata_entry_key_bytes/],
  ['an entry of another run', withEntry(entry.replace('01","id"', '02","id"')), /behind the runs of others/],
  [
    'an entry of no step',
    withEntry(entry.replace('"id":"1"', '"step":"00000000-0000-4000-8000-000000000009","id":"1"')),
    /which is not in the file/,
  ],
  ['a line of its own', `${head + run}{"kind":"comment"}\n`, /Line 3 is no line of an export/],
] as const)('%s is refused, and nothing is kept', async ([_name, text, message], { service, database, folder }) => {
  const file = join(folder, 'bad.jsonl');
  if (text !== null) writeFileSync(file, text);
  const { code, stdout, stderr } = await ledgerCommand(database, 'import', file);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n {4}at /);
  for (const rows of Object.values(await tablesOf(service))) expect(rows).toEqual([]);
});

test('two files in one: the first is imported, what is behind its end is refused', async ({
  service,
  database,
  folder,
}) => {
  const file = join(folder, 'two.jsonl');
  writeFileSync(file, head + run + end + head + run + end);
  const { code, stderr } = await ledgerCommand(database, 'import', file);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Line 4: there is more behind the end')]);
  expect((await tablesOf(service))['pipeline_run']).toHaveLength(1);
});

test('a compressed file that was cut off is known', async ({ exported: { bytes }, other, folder }) => {
  writeFileSync(join(folder, 'cut.jsonl.gz'), bytes.subarray(0, bytes.length - 40));
  expect((await ledgerCommand(other, 'import', join(folder, 'cut.jsonl.gz'))).stderr).toContain('was cut off');
  writeFileSync(join(folder, 'bad.jsonl.gz'), Buffer.concat([gzipSync('x').subarray(0, 12), Buffer.alloc(30, 7)]));
  expect((await ledgerCommand(other, 'import', join(folder, 'bad.jsonl.gz'))).stderr).toContain('damaged');
});

test('tables that are not up to date are not exported', async ({ other }) => {
  const { code, stderr } = await ledgerCommand(other, 'export', '-');
  expect([code, stderr]).toEqual([1, expect.stringContaining('are not up to date')]);
});
