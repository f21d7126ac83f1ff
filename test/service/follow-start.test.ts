import pg from 'pg';
import { expect } from 'vitest';
import { log, startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { subscribe } from '../support/subscribe.ts';
import { test } from '../support/test.ts';

/** Follows a run; resolves once the subscription stands. */
async function follow(service: TestService, ref: string, after?: string) {
  const response = await subscribe(
    service,
    'subscription ($ref: String!, $after: ID) { metadataLogged(ref: $ref, after: $after) { id display } }',
    { ref, after },
  );
  const reader = response.body!.getReader();
  let text = '';
  return {
    /** The next so many values. */
    async take(count: number): Promise<string[]> {
      const taken: string[] = [];
      while (taken.length < count) {
        const end = text.indexOf('\n\n');
        if (end < 0) {
          const { value, done } = await reader.read();
          if (done) throw new Error(`The stream ended after ${taken}`);
          text += Buffer.from(value).toString();
          continue;
        }
        const data = /^data: (\{.+)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data) taken.push(JSON.parse(data).data.metadataLogged.display);
      }
      return taken;
    },
    close: () => reader.cancel(),
  };
}

/** A writer that has its id, but has not committed. */
async function slowWriter(service: TestService, runId: string, value: string) {
  const client = new pg.Client({ connectionString: service.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM pipeline_run WHERE id = $1 FOR SHARE', [runId]);
  await client.query(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at) VALUES ($1, $1, 'k', 'STRING', to_json($2::text), now())`,
    [runId, value],
  );
  return {
    async commit() {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

test('what was logged before is not told, what is logged after is', async ({ service }) => {
  const { id } = await startRun(service);
  await log(service, { run: id }, { k: 'before' });
  const stream = await follow(service, id);
  await log(service, { run: id }, { k: 'after' });
  expect(await stream.take(1)).toEqual(['after']);
  await stream.close();
});

test('one that has its id before the follower comes, and commits after, is told or waited for', async ({ service }) => {
  const { id } = await startRun(service);
  const slow = await slowWriter(service, id, 'slow');
  await log(service, { run: id }, { k: 'fast' });
  // It stands only once it is known which entries are before it.
  const standing = follow(service, id);
  const committed = slow.commit();
  const stream = await standing;
  await committed;
  await log(service, { run: id }, { k: 'next' });
  const told = await stream.take(1);
  if (told[0] === 'slow') told.push(...(await stream.take(1)));
  expect(told.at(-1)).toBe('next');
  await stream.close();
});

test('while a writer is slow, a follower that stands is told nothing that comes after it, and then all in order', async ({
  service,
}) => {
  const { id } = await startRun(service);
  const stream = await follow(service, id);
  const slow = await slowWriter(service, id, 'slow');
  await log(service, { run: id }, { k: 'fast' });
  const taken = stream.take(2);
  await slow.commit();
  expect(await taken).toEqual(['slow', 'fast']);
  await stream.close();
});

test('a follower that comes while a writer is slow misses nothing that is committed once it stands', async ({
  service,
}) => {
  const { id } = await startRun(service);
  await log(service, { run: id }, { k: 'seen' });
  const slow = await slowWriter(service, id, 'slow');
  await log(service, { run: id }, { k: 'fast' });
  let stands = false;
  const standing = follow(service, id).then((stream) => {
    stands = true;
    return stream;
  });
  // The follower asks the database twice at least; that long, and the writer still holds its id.
  for (let n = 0; n < 20 && !stands; n += 1) await service.sql('SELECT 1');
  const stoodWhileSlow = stands;
  await slow.commit();
  const stream = await standing;
  await log(service, { run: id }, { k: 'next' });
  // Either it stood before the commit, and tells of it; or it waited for it.
  expect(await stream.take(stoodWhileSlow ? 2 : 1)).toEqual(stoodWhileSlow ? ['slow', 'next'] : ['next']);
  await stream.close();
});
