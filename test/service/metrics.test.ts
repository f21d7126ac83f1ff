import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { makeLoad } from '../support/metric-load.ts';
import { type Scrape, scrape } from '../support/scrape.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

// The built service, as Prometheus sees it.

/** Requests by `operation way code`, as they were counted. */
const counted = (said: Scrape) =>
  Object.fromEntries(
    [...said.text.matchAll(/^runledger_requests_total\{operation="(\w+)",way="(\w+)",code="(\w+)"\} (\d+)$/gm)]
      .map(([, operation, way, code, count]): [string, number] => [`${operation} ${way} ${code}`, Number(count)])
      .filter(([, count]) => count > 0),
  );

const subscription = (url: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription Follow { changes { __typename } }' }),
  });

describe.each(['1', '2'])('with WORKERS=%s', (workers) => {
  test('scraped under load, it has counted what the load has made', async ({ startService }) => {
    const { url } = await startService({ WORKERS: workers });
    let isOver = false;
    const load = makeLoad(url, 60).finally(() => {
      isOver = true;
    });
    let last = 0;
    let scrapes = 0;
    while (!isOver) {
      const total = (await scrape(url)).sum('runledger_requests_total');
      expect(total).toBeGreaterThanOrEqual(last);
      last = total;
      scrapes += 1;
    }
    const { answers, entries, replays } = await load;
    expect(scrapes).toBeGreaterThan(1);
    const said = await scrape(url);
    expect(counted(said)).toEqual(Object.fromEntries(answers));
    const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
    expect(said.sum('runledger_request_duration_seconds_count')).toBe(total);
    expect(said.sum('runledger_request_duration_seconds_bucket', { le: '+Inf' })).toBe(total);
    expect(said.sum('runledger_http_responses_total', { path: '/graphql' })).toBe(total);
    expect(said.sum('runledger_http_responses_total', { path: '/metrics', status: '200' })).toBe(scrapes);
    expect(said.sum('runledger_entries_logged_total')).toBe(entries);
    expect(said.sum('runledger_replays_total')).toBe(replays);
    expect(said.sum('runledger_batch_size_sum', { batch: 'group_commit' })).toBe(entries / 2 + replays);
    const commits = said.sum('runledger_batch_size_count', { batch: 'group_commit' });
    expect(said.sum('runledger_statement_duration_seconds_count', { statement: 'insert_entries' })).toBe(commits);
    expect(said.sum('runledger_batch_waiting')).toBe(0);
    expect(said.sum('runledger_requests_in_flight')).toBe(0);
    expect(said.sum('runledger_pool_connections')).toBeGreaterThan(0);
    expect(said.sum('runledger_build_info')).toBe(1);
    expect(said.sum('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  });

  test('followers are counted while they follow', async ({ startService }) => {
    const { url } = await startService({ WORKERS: workers });
    const streams = await Promise.all(Array.from({ length: 5 }, () => subscription(url)));
    const followers = async () => (await scrape(url)).sum('runledger_followers');
    expect(await followers()).toBe(5);
    for (const stream of streams.slice(0, 3)) await stream.body!.cancel();
    await until('three have gone', async () => (await followers()) === 2);
    for (const stream of streams.slice(3)) await stream.body!.cancel();
    await until('all have gone', async () => (await followers()) === 0);
    expect(counted(await scrape(url))).toEqual({ 'subscription stream OK': 5 });
  });
});

test('what a worker has counted stays counted when it is killed', async ({ startService }) => {
  const { url, pid } = await startService({ WORKERS: '2' });
  await makeLoad(url, 10);
  const before = counted(await scrape(url));
  const [worker] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  process.kill(worker!, 'SIGKILL');
  const said = await untilSaid('it was replaced', url, (each) => each.sum('runledger_worker_restarts_total') === 1);
  expect(counted(said)).toEqual(before);
  await untilSaid('two live', url, (each) => each.sum('runledger_workers') === 2);
  await makeLoad(url, 10);
  const after = counted(await scrape(url));
  expect(after).toEqual(Object.fromEntries(Object.entries(before).map(([kind, count]) => [kind, 2 * count])));
});

/** Scrapes until what is said is as wanted; a connection may be to the worker that has just been killed. */
async function untilSaid(what: string, url: string, isWanted: (said: Scrape) => boolean): Promise<Scrape> {
  let said: Scrape | undefined;
  await until(what, async () => {
    said = await scrape(url).catch(() => undefined);
    return said !== undefined && isWanted(said);
  });
  return said!;
}

describe('are served', () => {
  const statusAt = async (url: string) => (await fetch(new URL('/metrics', url))).status;

  test('nowhere with METRICS=off', async ({ startService }) => {
    expect(await statusAt((await startService({ METRICS: 'off' })).url)).toBe(404);
  });

  test('not beside the service on an address that others reach, unless METRICS=on', async ({ startService }) => {
    const hidden = await startService({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true' });
    expect(await statusAt(hidden.url)).toBe(404);
    await hidden.close();
    expect(await statusAt((await startService({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true', METRICS: 'on' })).url)).toBe(
      200,
    );
  });

  test.for(['1', '2'])('on a port of their own alone, with WORKERS=%s', async (WORKERS, { startService }) => {
    const service = await startService({ WORKERS, METRICS_PORT: '0', LOG_LEVEL: 'info' });
    expect(await statusAt(service.url)).toBe(404);
    const own = await service.printed(/^Metrics: (\S+)$/);
    await makeLoad(service.url, 2);
    expect((await scrape(own)).sum('runledger_entries_logged_total')).toBe(4);
    expect((await fetch(new URL('/graphql', own))).status).toBe(404);
  });
});
