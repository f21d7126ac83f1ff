import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect } from 'vitest';
import { newRunId } from '../../clients/typescript/src/uuid.ts';
import { startServiceProcess } from '../support/service-process.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

const jobs = 200;
const crashedAfterSeconds = 4;
const beatSeconds = 1;
const frozenMs = 7_000;

test('of 200 jobs, the 50 that are killed are CRASHED, and the 50 that are frozen are so no longer than they were frozen', async ({
  database,
}) => {
  const settings = { CRASHED_AFTER_SECONDS: String(crashedAfterSeconds) };
  const services = await Promise.all([
    startServiceProcess(database, settings),
    startServiceProcess(database, settings),
  ]);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const ids = Array.from({ length: jobs }, () => newRunId());
  await client.query(
    `INSERT INTO pipeline_run (id, name, pipeline, started_at) SELECT id, 'job ' || id, 'jobs', now() FROM unnest($1::uuid[]) id`,
    [ids],
  );
  const script = fileURLToPath(new URL('../support/living-jobs.py', import.meta.url));
  const parent = spawn('python3', [script, String(beatSeconds), services.map(({ url }) => url).join()], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    parent.stdin.write(`${ids.join('\n')}\n\n`);
    const pids = new Map<string, number>();
    for await (const line of createInterface({ input: parent.stdout })) {
      const [pid, id] = line.split(' ');
      pids.set(id!, Number(pid));
      if (pids.size === jobs) break;
    }
    await until('all jobs have been heard of', async () => {
      const { rows } = await client.query('SELECT count(*)::int AS n FROM heartbeat');
      return rows[0].n === jobs;
    });
    const [killed, frozen, living] = [ids.slice(0, 50), ids.slice(50, 100), ids.slice(100)];
    const signal = (names: string[], name: NodeJS.Signals) => {
      for (const id of names) process.kill(pids.get(id)!, name);
    };

    /** When each was first, and last, seen to be CRASHED. */
    const seen = new Map<string, { first: number; last: number }>();
    const look = async () => {
      const { rows } = await client.query<{ id: string }>(`SELECT id FROM pipeline_run WHERE status = 'CRASHED'`);
      const now = Date.now();
      for (const { id } of rows) seen.set(id, { first: seen.get(id)?.first ?? now, last: now });
      return new Set(rows.map(({ id }) => id));
    };
    const start = Date.now();
    signal(killed, 'SIGKILL');
    signal(frozen, 'SIGSTOP');
    let awake = false;
    let oneLeft = false;
    await until(
      'the killed are CRASHED, and the frozen are awake and running again',
      async () => {
        const crashed = await look();
        if (!oneLeft && Date.now() - start > 2_000) {
          oneLeft = true;
          await services[1]!.kill();
        }
        if (!awake && Date.now() - start > frozenMs) {
          awake = true;
          signal(frozen, 'SIGCONT');
        }
        return awake && crashed.size === killed.length && killed.every((id) => crashed.has(id));
      },
      crashedAfterSeconds * 1_000 + 30_000,
    );
    // And for a while on: nobody who lives is taken for dead.
    const end = Date.now() + 2 * crashedAfterSeconds * 1_000;
    while (Date.now() < end) {
      expect([...(await look())].sort()).toEqual([...killed].sort());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const id of killed) expect(seen.get(id)!.first - start).toBeLessThan((crashedAfterSeconds + 30) * 1_000);
    for (const id of living) expect(seen.has(id)).toBe(false);
    const crashedFor = frozen.map((id) => (seen.has(id) ? seen.get(id)!.last - seen.get(id)!.first : 0));
    expect(crashedFor.filter((ms) => ms > 0).length).toBeGreaterThan(0);
    expect(Math.max(...crashedFor)).toBeLessThan(frozenMs);
    const { rows } = await client.query(
      `SELECT count(*)::int AS n FROM change WHERE kind = 'RUN' AND run_id = ANY($1::uuid[])`,
      [killed],
    );
    // Each was marked once, whichever server found it.
    expect(rows[0].n).toBe(killed.length);
  } finally {
    parent.kill('SIGKILL');
    await client.end();
    for (const service of services) await service.close();
  }
});
