import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { describe, expect } from 'vitest';
import { adminKey, asideBackends, asker, askUntilAside, dear, patienceMs } from '../support/aside.ts';
import { asidesOf, isRunning } from '../support/processes.ts';
import { scrape } from '../support/scrape.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

// How the process that answers dear queries ends: never later than the service, and never with it.

const settings = { RUNLEDGER_ADMIN_KEY: adminKey, LOCK_TIMEOUT_MS: '60000', LOG_LEVEL: 'info' };
const timeout = 240_000;

/** Dear queries hang until what is given back is called. */
async function hang(client: pg.Client): Promise<() => Promise<unknown>> {
  await client.query('BEGIN');
  await client.query('LOCK TABLE latest_entry IN ACCESS EXCLUSIVE MODE');
  return () => client.query('ROLLBACK');
}

const untilOneHangs = (client: pg.Client) =>
  until('it hangs', async () => (await asideBackends(client, "wait_event_type = 'Lock'")).length > 0);

describe.skipIf(process.platform !== 'linux')('the process of dear queries', () => {
  test.for(['1', '2'])(
    'ends when the service is killed, of %s workers, and was never told a secret',
    { timeout },
    async (WORKERS, { startService, client }) => {
      const service = await startService({ ...settings, WORKERS, NODE_OPTIONS: '--inspect=0 --no-warnings' });
      await askUntilAside(asker(service.url), client);
      const asides = asidesOf(service.pid);
      expect(asides.length).toBeGreaterThanOrEqual(1);
      for (const pid of asides) {
        const told = ['environ', 'cmdline'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join('\0');
        expect(told).not.toMatch(/an-administrator|postgres(ql)?:\/\/|NODE_UNIQUE_ID|--inspect/);
        expect(told).toContain('NODE_OPTIONS=--no-warnings');
      }
      await service.kill();
      await until('it has ended', () => !asides.some(isRunning), patienceMs);
      await until('its connections are gone', async () => (await asideBackends(client)).length === 0, patienceMs);
    },
  );

  test('is killed, and only what it was asked is refused; another comes later', { timeout }, async ({
    startService,
    client,
  }) => {
    const service = await startService(settings);
    const ask = asker(service.url);
    await ask('mutation { startRun(input: { name: "known" }) { id } }');
    await askUntilAside(ask, client);
    const counted = async () =>
      (await scrape(service.url)).sum('runledger_statement_duration_seconds_count', { statement: 'count_runs' });
    const before = await counted();
    expect(before).toBeGreaterThanOrEqual(2);
    const release = await hang(client);
    const refused = ask(dear);
    await untilOneHangs(client);
    const [aside] = asidesOf(service.pid);
    process.kill(aside!, 'SIGKILL');
    const { status, text } = await refused;
    expect(status).toBe(503);
    expect(JSON.parse(text).errors).toMatchObject([
      { message: expect.stringContaining('ask for less'), extensions: { code: 'UNAVAILABLE' } },
    ]);
    expect((await ask('{ pipelineRun(ref: "known") { name } }')).text).toBe(
      '{"data":{"pipelineRun":{"name":"known"}}}',
    );
    expect(await counted()).toBeGreaterThanOrEqual(before);
    await release();
    // What was too much for it, and is asked again, must not be answered by the service itself; after a while another does.
    const early = await ask(dear);
    if (asidesOf(service.pid).length === 0) expect(early.text).toContain('started again in some seconds');
    await until(
      'another answers',
      async () => {
        const { status } = await ask(dear);
        return status === 200 && asidesOf(service.pid).length > 0 && (await asideBackends(client)).length > 0;
      },
      patienceMs,
    );
    expect(service.logged.filter((line) => line.includes('process of dear queries ended'))).toHaveLength(1);
  });

  test('answers what is under way when all of the service is told to stop', { timeout }, async ({
    startService,
    client,
  }) => {
    const service = await startService({ ...settings, SHUTDOWN_TIMEOUT_MS: '60000' });
    const ask = asker(service.url);
    await askUntilAside(ask, client);
    const asides = asidesOf(service.pid);
    const release = await hang(client);
    const answered = ask(dear);
    await untilOneHangs(client);
    // As a supervisor does it that knows all processes of a service.
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.kill(asides[0]!, signal);
    const stopped = service.stop();
    await until('it stops', () => service.logged.some((line) => line.includes('stopping')));
    await release();
    expect(JSON.parse((await answered).text)).toEqual({ data: { pipelineRuns: { totalCount: 0, nodes: [] } } });
    await stopped;
    await until('it has ended', () => !asides.some(isRunning));
    expect(service.logged.filter((line) => line.includes('process of dear queries'))).toEqual([]);
  });

  test('does not hold up a stop, whatever hangs', { timeout }, async ({ startService, client }) => {
    const service = await startService({ ...settings, SHUTDOWN_TIMEOUT_MS: '2000' });
    const ask = asker(service.url);
    await askUntilAside(ask, client);
    const asides = asidesOf(service.pid);
    const release = await hang(client);
    const cut = ask(dear).catch(() => 'cut');
    await untilOneHangs(client);
    // One that hears nothing any more, as in the midst of a long computation.
    process.kill(asides[0]!, 'SIGSTOP');
    const began = Date.now();
    await service.stop();
    expect(Date.now() - began).toBeLessThan(8_000);
    await until('it has ended', () => !asides.some(isRunning));
    await cut;
    await release();
  });
});
