import { describe, expect } from 'vitest';
import { log, startRun } from '../support/ledger.ts';
import { openService } from '../support/service.ts';
import { testAlone } from '../support/test.ts';
import { until } from '../support/until.ts';

// Questions about many runs, aside from look-ups and writes. A lock on the table that they read makes them take as long as it is
// held.

const test = testAlone
  .extend('service', async ({ database }, { onCleanup }) => {
    const connection = { maxConnections: 8, lockTimeoutMs: 60_000 };
    const service = await openService({ database, connection });
    onCleanup(service.close);
    await startRun(service, { name: 'known', pipeline: 'iris' });
    await log(service, { run: 'known' }, { loss: 0.5, word: 'abc' });
    return service;
  })
  .extend('hold', ({ client }) => async () => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE latest_entry IN ACCESS EXCLUSIVE MODE');
    return () => client.query('ROLLBACK');
  });

const count = (text: string) =>
  `{ pipelineRuns(first: 1, filter: { metadata: { key: "word", contains: "${text}" } }) { totalCount } }`;

const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'runledger'`;

describe('dear questions', () => {
  test('however many there are, few are asked at once, and look-ups and writes wait for none of them', async ({
    service,
    client,
    hold,
  }) => {
    const release = await hold();
    const asked = Array.from({ length: 60 }, (_, n) => service.run(count(`${n}`)));
    const blocked = async () => (await client.query(waiting)).rows[0].count;
    await until('as many are asked as may be', async () => (await blocked()) === 1);
    for (let n = 0; n < 20; n += 1) {
      await startRun(service, { name: `beside ${n}` });
      expect(await service.run(`{ pipelineRun(ref: "beside ${n}") { name } }`)).toEqual({
        pipelineRun: { name: `beside ${n}` },
      });
    }
    // Two at once of eight connections, of which one is kept for what is not dear.
    expect(await blocked()).toBe(1);
    expect(service.db.counts.aside).toMatchObject({ running: 1, dear: 1, waiting: 59 });
    // What is not dear has a place of its own.
    await service.run('{ metadataKeys(first: 1) { key } pipelines(first: 1) { nodes { name } } }');
    await release();
    for (const answer of await Promise.all(asked)) expect(answer.pipelineRuns.totalCount).toBe(0);
    expect(service.db.counts.aside).toEqual({ running: 0, dear: 0, waiting: 0 });
  });

  test('asked by many at one moment, one is asked of the database once', async ({ service }) => {
    service.queries();
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.run(count('b'))));
    for (const answer of answers) expect(answer).toEqual({ pipelineRuns: { totalCount: 1 } });
    expect(service.queries().filter((sql) => sql.includes('count_runs'))).toHaveLength(1);
  });

  test('one that takes too long is ended, and told how to ask for less; its place is free again', async ({
    database,
    service,
    hold,
  }) => {
    const hasty = await openService({ database, connection: { lockTimeoutMs: 60_000, aside: { timeoutMs: 300 } } });
    try {
      const release = await hold();
      const { message, extensions } = await hasty.fail(count('x'));
      expect(extensions.code).toBe('BAD_USER_INPUT');
      expect(message).toMatch(/0\.3 s.*Narrow it down/);
      await release();
      expect(await hasty.run(count('b'))).toEqual({ pipelineRuns: { totalCount: 1 } });
      expect(hasty.unexpected).toEqual([]);
      expect(service.unexpected).toEqual([]);
    } finally {
      await hasty.close();
    }
  });

  test('one whose turn does not come is not begun, and may be asked again', async ({ database, service, hold }) => {
    const patient = await openService({ database, connection: { lockTimeoutMs: 60_000, aside: { waitMs: 400 } } });
    try {
      const release = await hold();
      const first = patient.run(count('1')).catch(() => null);
      await until('the first is asked', () => patient.db.counts.aside.dear > 0);
      const held = Array.from({ length: 4 }, (_, n) => patient.fail(count(`held ${n}`)));
      const late = await Promise.all(held);
      expect(late.map(({ extensions }) => extensions.code)).toContain('UNAVAILABLE');
      expect(late.map(({ message }) => message).join('\n')).toMatch(
        /Too many questions about many runs.*Nothing was done/,
      );
      await release();
      await first;
      expect(service.unexpected).toEqual([]);
      expect(await patient.run(count('b'))).toEqual({ pipelineRuns: { totalCount: 1 } });
    } finally {
      await patient.close();
    }
  });
});
