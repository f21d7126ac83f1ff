import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { ledgerCommand } from '../support/ledger-command.ts';
import { openService } from '../support/service.ts';
import { packageRoot } from '../support/service-process.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

const runs = 40;
const perRun = 1_200;

test('killed in the middle and started again, an import goes on, and gives the same bytes', async ({
  service,
  database,
}) => {
  await service.sql(
    `INSERT INTO pipeline_run (id, name, pipeline, status, started_at)
     SELECT md5('r' || r)::uuid, 'run-' || r, 'p', 'COMPLETED', '2026-01-01'::timestamptz + r * interval '1 h' FROM generate_series(1, ${runs}) r`,
  );
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, iteration, logged_at)
     SELECT r.id, r.id, 'k' || n % 20, 'FLOAT', to_json(random()), n, now() FROM generate_series(1, ${perRun}) n, pipeline_run r ORDER BY n`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'runledger-resume-'));
  const other = await createDatabase();
  const target = await openService({ database: other });
  try {
    const [first, second] = [join(folder, 'a.jsonl.gz'), join(folder, 'b.jsonl.gz')];
    expect((await ledgerCommand(database, 'export', first)).code).toBe(0);
    const there = async () => (await target.sql('SELECT count(*)::int FROM pipeline_run'))[0].count as number;
    const child = spawn(process.execPath, ['dist/cli/main.js', 'import', first], {
      cwd: packageRoot,
      env: { PATH: process.env['PATH'], DATABASE_URL: other.url },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await until('the first runs are there', async () => (await there()) > 0, 60_000);
    child.kill('SIGKILL');
    await ended;
    const before = await there();
    expect(before).toBeLessThan(runs);
    // Whole runs only, with all that is worked out from them.
    const [{ partly }] = await target.sql(
      `SELECT count(*)::int AS partly FROM pipeline_run r WHERE (SELECT count(*) FROM metadata_entry WHERE run_id = r.id) <> ${perRun}
         OR (SELECT count(*) FROM latest_entry WHERE run_id = r.id) <> 40`,
    );
    expect(partly).toBe(0);
    const again = await ledgerCommand(other, 'import', first);
    expect(again.stdout).toContain(`imported ${runs - before} runs into`);
    expect(again.stdout).toContain(`${before} runs had been there before`);
    expect((await ledgerCommand(other, 'export', second)).code).toBe(0);
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    const [{ orphans }] = await target.sql(
      'SELECT count(*)::int AS orphans FROM metadata_entry e WHERE NOT EXISTS (SELECT FROM pipeline_run r WHERE r.id = e.run_id)',
    );
    expect(orphans).toBe(0);
  } finally {
    await target.close();
    await other.drop();
    await rm(folder, { recursive: true, force: true });
  }
}, 150_000);
