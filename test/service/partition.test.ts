import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { removeOld } from '../../src/domain/upkeep.ts';
import { abortPartitioning } from '../../src/storage/partitioning/partition.ts';
import { migrate } from '../../src/storage/postgres/migrate.ts';
import { follow } from '../support/events.ts';
import { latestOfRun, log, startRun, startStep } from '../support/ledger.ts';
import { partitionNow } from '../support/partition-now.ts';
import { openService, type TestService } from '../support/service.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

/** So many entries of each of so many runs, past the service. */
async function fill(service: TestService, runs: number, entries: number): Promise<void> {
  for (let run = 0; run < runs; run += 1) await startRun(service, { name: `run-${run}.` });
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
     SELECT id, id, 'k' || n % 10, 'INT', to_json(n), now() FROM pipeline_run, generate_series(1, $1::int) n`,
    [entries],
  );
}

/** Begins to partition, and is broken off when a part has been copied. */
async function breakOff(url: string): Promise<void> {
  const stopping = new AbortController();
  const print = (line: string) => {
    if (/^[1-9]\d* % copied/.test(line)) stopping.abort();
  };
  await expect(partitionNow(url, { blocks: 4, print, signal: stopping.signal })).rejects.toThrow();
}

/** What the table says of itself: whatever is not the partitions. */
async function shapeOf(service: TestService) {
  const columns = await service.sql(
    `SELECT column_name, data_type, is_nullable, is_identity, column_default, collation_name FROM information_schema.columns
     WHERE table_name = 'metadata_entry' ORDER BY column_name`,
  );
  const constraints = await service.sql(
    `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = 'metadata_entry'::regclass AND contype <> 'n' ORDER BY conname`,
  );
  const indexes = await service.sql(
    `SELECT c.relname, replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = 'metadata_entry'::regclass ORDER BY c.relname`,
  );
  const grants = await service.sql(
    `SELECT grantee, privilege_type FROM information_schema.role_table_grants WHERE table_name = 'metadata_entry' ORDER BY 1, 2`,
  );
  const sequences = await service.sql(`SELECT relname FROM pg_class WHERE relkind = 'S' ORDER BY 1`);
  return { columns, constraints, indexes, grants, sequences };
}

const partsOf = async (service: TestService) =>
  (await service.sql(`SELECT relkind FROM pg_class WHERE oid = 'metadata_entry'::regclass`))[0].relkind === 'p'
    ? (await service.sql(`SELECT count(*)::int AS n FROM pg_inherits WHERE inhparent = 'metadata_entry'::regclass`))[0]
        .n
    : 0;

const allEntries = (service: TestService, table = 'metadata_entry') =>
  service.sql(
    `SELECT count(*)::int AS n, md5(string_agg(concat_ws('|', id, run_id, scope_id, key, type, value, iteration, logged_at, recorded_at, retracted_at, retract_reason), ',' ORDER BY id)) AS hash FROM ${table}`,
  );

test('while entries are written, taken back and deleted, none is lost, none comes back, and nobody notices', {
  timeout: 120_000,
}, async ({ service, database }) => {
  await fill(service, 40, 300);
  await service.sql('CREATE VIEW seen_by_others WITH (security_barrier) AS SELECT run_id, id, key FROM metadata_entry');
  const before = await shapeOf(service);
  const stream = await follow(service, 'subscription { metadataLogged(ref: "run-1.", keys: ["live"]) { id value } }');
  let stopping = false;
  let n = 0;
  const logged: string[] = [];
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    while (!stopping) {
      n += 1;
      const { entries } = await log(service, { run: `run-${writer % 4}.` }, { live: n, [`of ${writer}`]: n });
      logged.push(...entries.map(({ id }) => id));
    }
  });
  const retracted: string[] = [];
  const correcting = (async () => {
    const rows = await service.sql(
      `SELECT e.id::text FROM metadata_entry e JOIN pipeline_run r ON r.id = e.run_id
       WHERE e.key = 'k3' AND substr(r.name, 5)::numeric < 20 ORDER BY md5(e.id::text) LIMIT 200`,
    );
    for (const { id } of rows) {
      if (stopping) break;
      await service.run(`mutation { retractMetadata(entryId: "${id}", reason: "wrong") { latest { id } } }`);
      retracted.push(id);
    }
  })();
  const deleting = (async () => {
    for (let run = 20; run < 40 && !stopping; run += 1) {
      await service.run(`mutation { deleteRun(ref: "run-${run}.") }`);
      await removeOld(service.db, 7, never);
    }
  })();
  await until('they write', () => logged.length > 100 && retracted.length > 5);
  await partitionNow(database.url, { pause: 0.5 });
  const at = logged.length;
  await until('they go on writing', () => logged.length > at + 100);
  stopping = true;
  await Promise.all([...writers, correcting, deleting]);
  await removeOld(service.db, 7, never);

  expect(await partsOf(service)).toBe(4);
  expect(service.unexpected).toEqual([]);
  expect(await shapeOf(service)).toEqual(before);
  const stored = await service.sql('SELECT count(*)::int AS n FROM metadata_entry WHERE id = ANY($1::bigint[])', [
    logged,
  ]);
  expect(stored[0].n).toBe(logged.length);
  expect(new Set(logged).size).toBe(logged.length);
  // Ids go on growing from table to table.
  expect(logged.slice(at + 100).every((id) => BigInt(id) > BigInt(logged[0]!))).toBe(true);
  const back = await service.sql(
    'SELECT count(*)::int AS n FROM metadata_entry WHERE id = ANY($1::bigint[]) AND value IS NOT NULL',
    [retracted],
  );
  expect(back[0].n).toBe(0);
  const orphans = await service.sql(
    'SELECT count(*)::int AS n FROM metadata_entry e WHERE NOT EXISTS (SELECT FROM pipeline_run r WHERE r.id = e.run_id)',
  );
  expect(orphans[0].n).toBe(0);
  const events = await stream.take(20);
  const ids = events.map((event) => BigInt(event.metadataLogged.id));
  expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)));
  await stream.cut();
  // The view reads what is written from now on, and is what it was.
  const { entries } = await log(service, { run: 'run-1.' }, { after: 1 });
  expect(await service.sql('SELECT key FROM seen_by_others WHERE id = $1', [entries[0]!.id])).toEqual([
    { key: 'after' },
  ]);
  const [view] = await service.sql(`SELECT reloptions FROM pg_class WHERE relname = 'seen_by_others'`);
  expect(view.reloptions).toEqual(['security_barrier=true']);
  expect(await latestOfRun(service, 'run-1.', 'after')).toBe(1);
});

test('broken off, it goes on where it was left; what was written between is there', async ({ service, database }) => {
  await fill(service, 10, 500);
  await breakOff(database.url);
  expect(await partsOf(service)).toBe(0);
  await log(service, { run: 'run-3.' }, { between: 1 });
  const [old] = await allEntries(service);
  await expect(partitionNow(database.url, { parts: 8 })).rejects.toThrow('--parts 4');
  const more: string[] = [];
  await partitionNow(database.url, { print: (line) => more.push(line) });
  expect(more[0]).toContain('goes on');
  expect(more).not.toContain('0 % copied');
  expect(await partsOf(service)).toBe(4);
  expect((await allEntries(service))[0]).toEqual(old);
  expect(await latestOfRun(service, 'run-3.', 'between')).toBe(1);
});

test('a table that is written anew in the middle is copied from its beginning', async ({
  service,
  database,
  client,
}) => {
  await fill(service, 10, 500);
  await breakOff(database.url);
  await service.sql(`DELETE FROM metadata_entry WHERE key IN ('k1', 'k2', 'k3')`);
  await client.query('VACUUM FULL metadata_entry');
  const [old] = await allEntries(service);
  const said: string[] = [];
  await partitionNow(database.url, { print: (line) => said.push(line) });
  expect(said).toContain('0 % copied');
  expect((await allEntries(service))[0]).toEqual(old);
});

test('what is deleted meanwhile and comes again under the same ids stays', async ({ service, database, client }) => {
  await fill(service, 4, 500);
  const [all] = await allEntries(service);
  /** As a run that is deleted and imported again. */
  const renew = async (run: string) => {
    const ofRun = `run_id = (SELECT id FROM pipeline_run WHERE name = '${run}')`;
    await service.sql(`CREATE TABLE kept AS SELECT * FROM metadata_entry WHERE ${ofRun}`);
    await service.sql(`DELETE FROM metadata_entry WHERE ${ofRun}`);
    await service.sql('INSERT INTO metadata_entry SELECT * FROM kept');
    await service.sql('DROP TABLE kept');
  };
  await breakOff(database.url);
  await renew('run-1.');
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT count(*) FROM pipeline_run');
  const said: string[] = [];
  const done = partitionNow(database.url, { print: (line) => said.push(line) });
  await Promise.race([done, until('all is copied', () => said.some((line) => line.startsWith('Waiting for')))]);
  await renew('run-2.');
  await client.query('COMMIT');
  await done;
  expect(await partsOf(service)).toBe(4);
  expect((await allEntries(service))[0]).toEqual(all);
});

test('what was deleted and is just coming again when it is taken out stays', async ({ service, database, client }) => {
  await fill(service, 4, 500);
  const [all] = await allEntries(service);
  const ofRun = `run_id = (SELECT id FROM pipeline_run WHERE name = 'run-1.')`;
  await breakOff(database.url);
  await service.sql(`CREATE TABLE kept AS SELECT * FROM metadata_entry WHERE ${ofRun}`);
  await service.sql(`UPDATE metadata_entry SET iteration = iteration WHERE ${ofRun}`);
  await service.sql(`DELETE FROM metadata_entry WHERE ${ofRun}`);
  await client.query('BEGIN');
  await client.query('INSERT INTO metadata_entry SELECT * FROM kept');
  const done = partitionNow(database.url);
  const isWaiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  await Promise.race([done, until('it is waited for', async () => (await service.sql(isWaiting)).length > 0)]);
  await client.query('COMMIT');
  await done;
  expect(await partsOf(service)).toBe(4);
  expect((await allEntries(service))[0]).toEqual(all);
});

test('what was being deleted while what was deleted after it was taken out does not come back', async ({
  service,
  database,
  client,
}) => {
  await fill(service, 4, 500);
  await breakOff(database.url);
  const remove = `DELETE FROM metadata_entry WHERE run_id = (SELECT id FROM pipeline_run WHERE name = $1)`;
  await client.query('BEGIN');
  await client.query(remove, ['run-1.']);
  await service.sql(remove, ['run-2.']);
  const said: string[] = [];
  const done = partitionNow(database.url, { print: (line) => said.push(line) });
  await Promise.race([done, until('all is copied', () => said.some((line) => line.startsWith('Waiting for')))]);
  await client.query('COMMIT');
  await done;
  expect(await partsOf(service)).toBe(4);
  expect((await allEntries(service))[0]).toMatchObject({ n: 1_000 });
  expect((await allEntries(service))[0]).toEqual((await allEntries(service, 'metadata_entry_unpartitioned'))[0]);
});

test('who began to look before all was copied is waited for, and sees everything', async ({
  service,
  database,
  client,
}) => {
  await fill(service, 4, 100);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT count(*) FROM pipeline_run');
  const said: string[] = [];
  const done = partitionNow(database.url, { print: (line) => said.push(line) });
  await until('it waits', () => said.some((line) => line.startsWith('Waiting for a transaction')));
  expect((await client.query('SELECT count(*)::int AS n FROM metadata_entry')).rows[0].n).toBe(400);
  await client.query('COMMIT');
  await done;
  expect(await partsOf(service)).toBe(4);
});

test('what somebody holds is not waited for longer than it is told to, and tried for again', async ({
  service,
  database,
  client,
}) => {
  await fill(service, 2, 10);
  await client.query('BEGIN');
  await client.query('LOCK TABLE metadata_entry IN ROW EXCLUSIVE MODE');
  const said: string[] = [];
  const done = partitionNow(database.url, { lockTimeoutMs: 100, print: (line) => said.push(line) });
  await until('it tries again', () => said.some((line) => line.startsWith('Somebody uses the table')));
  // Between the tries others come through.
  await log(service, { run: 'run-1.' }, { x: 1 });
  await client.query('COMMIT');
  await done;
  expect(await partsOf(service)).toBe(4);
});

test('a dry run prints what would begin it, which works, and does nothing', async ({ service, database, client }) => {
  await fill(service, 2, 10);
  const before = await service.sql('SELECT relname FROM pg_class ORDER BY 1');
  const said: string[] = [];
  await partitionNow(database.url, { dryRun: true, print: (line) => said.push(line) });
  expect(await service.sql('SELECT relname FROM pg_class ORDER BY 1')).toEqual(before);
  await client.query('BEGIN');
  await client.query(said.join('\n'));
  await client.query('ROLLBACK');
});

test('what was begun can be taken away', async ({ service, database }) => {
  await fill(service, 4, 400);
  const before = await service.sql('SELECT relname FROM pg_class ORDER BY 1');
  const stopping = new AbortController();
  await expect(
    partitionNow(database.url, { blocks: 1, print: () => stopping.abort(), signal: stopping.signal }),
  ).rejects.toThrow();
  await abortPartitioning(database.url, { lockTimeoutMs: 2_000, signal: never, print: () => {} });
  expect(await service.sql('SELECT relname FROM pg_class ORDER BY 1')).toEqual(before);
  await log(service, { run: 'run-1.' }, { x: 1 });
});

describe('migrations that come later', () => {
  const folder = new URL('../../prisma/migrations/', import.meta.url);
  const all = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  /** From where on the table may have been partitioned. */
  const first = all.indexOf('20261127200000_sequence') + 1;

  const applyFirst = async (count: number, url: string) => {
    const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC' });
    await client.connect();
    await client.query(
      'CREATE TABLE "_prisma_migrations" (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)',
    );
    for (const name of all.slice(0, count)) {
      const sql = readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8');
      await client.query(sql);
      await client.query(
        `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES (gen_random_uuid(), $1, $2, now(), 1)`,
        [createHash('sha256').update(sql).digest('hex'), name],
      );
    }
    return client;
  };

  test('before that, it is refused', async ({ emptyDatabase }) => {
    await (await applyFirst(first - 1, emptyDatabase.url)).end();
    await expect(partitionNow(emptyDatabase.url)).rejects.toThrow('runledger migrate');
  });

  test('ids go on in the sequence that belongs to no table, and whoever could use the one before can use it', async ({
    emptyDatabase,
  }) => {
    const client = await applyFirst(first - 1, emptyDatabase.url);
    const role = `reader_${createHash('sha256').update(emptyDatabase.url).digest('hex').slice(0, 10)}`;
    await client.query(`CREATE ROLE ${role}`);
    try {
      await client.query(`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
      await client.query(`SELECT setval('metadata_entry_id_seq', 4711)`);
      await migrate(emptyDatabase.url);
      await client.query(`SET ROLE ${role}`);
      expect((await client.query(`SELECT nextval('metadata_entry_id_seq') AS id`)).rows).toEqual([{ id: '4712' }]);
      expect((await client.query('SELECT last_value FROM metadata_entry_id_seq')).rows).toEqual([
        { last_value: '4712' },
      ]);
    } finally {
      await client.query('RESET ROLE');
      await client.query(`DROP OWNED BY ${role}`);
      await client.query(`DROP ROLE ${role}`);
      await client.end();
    }
  });

  test.for(all.slice(first - 1).map((_, index) => first + index))(
    'behind %i of them the table is partitioned, and the others work on it',
    async (count, { emptyDatabase }) => {
      await (await applyFirst(count, emptyDatabase.url)).end();
      await partitionNow(emptyDatabase.url);
      await migrate(emptyDatabase.url);
      const service = await openService({ database: emptyDatabase });
      const plain = await openService();
      await startRun(service, { name: 'r' });
      const step = await startStep(service, 'r', 's');
      await log(service, { stepId: step.id }, { x: 1 });
      expect(await latestOfRun(service, 'r', 's::x')).toBe(1);
      // Whatever they have made of the table, they have made of both.
      expect(await shapeOf(service)).toEqual(await shapeOf(plain));
      await service.close();
      await plain.close();
    },
  );
});
