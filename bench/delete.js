// npm run bench:delete [-- --entries 1000000 --rounds 3 --writers 8 --perSecond 100]
// What other writers notice while a run of a million entries is deleted, and its history pruned: their 99th percentile then ÷
// that before. Writers write to runs of their own, evenly, in processes' own time; so many a second in all.
import { Agent } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { median, percentile, ratio, table } from './report.js';
import { send } from './send.js';
import { runId, shapeOfEntries, stepId } from './shape.js';

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    writers: { type: 'string', default: '8' },
    perSecond: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
  },
});
const [entries, rounds, writers, perSecond, seconds] = [
  options.entries,
  options.rounds,
  options.writers,
  options.perSecond,
  options.seconds,
].map(Number);
const shape = shapeOfEntries(10_000);
const log =
  'mutation ($id: UUID!, $m: JSONObject!) { logMetadata(input: { target: { stepId: $id }, metadata: $m }) { replayed } }';
const agent = new Agent({ keepAlive: true, maxSockets: writers });

const cluster = await openFilledCluster(shape, undefined);
try {
  const server = await startContestant(contestants['ours'], cluster.url);
  try {
    await measure(server.url, () => setTimeout(5_000));
    /** @type {{ median: number[], p99: number[], seconds: number[] }} */
    const ratios = { median: [], p99: [], seconds: [] };
    for (let round = 0; round < rounds; round += 1) {
      const id = await fillRun(round);
      await setTimeout(2_000);
      const before = await measure(server.url, () => setTimeout(seconds * 1000));
      const start = performance.now();
      const during = await measure(server.url, () => deleteRun(server.url, id));
      ratios.seconds.push((performance.now() - start) / 1000);
      const after = await measure(server.url, () => setTimeout(seconds * 1000));
      const usual = (/** @type {number} */ share) => (percentile(before, share) + percentile(after, share)) / 2;
      ratios.median.push(percentile(during, 0.5) / usual(0.5));
      ratios.p99.push(percentile(during, 0.99) / usual(0.99));
      console.error(
        `${[before, during, after].map((times) => `${times.length} writes, p99 ${percentile(times, 0.99).toFixed(1)} ms`).join('; ')}`,
      );
    }
    console.log(
      `Medians of ${rounds} rounds; ${perSecond} writes of two entries a second by ${writers} writers, while a run of ${entries.toLocaleString('en')} entries is deleted; ÷ those of before and after.\n`,
    );
    console.log(
      table(
        ['', 'median', '99th percentile'],
        [['writers to other runs', ratio(median(ratios.median)), ratio(median(ratios.p99))]],
      ),
    );
  } finally {
    agent.destroy();
    await server.stop();
  }
} finally {
  await cluster.close();
}

/** A run with one long history. */
async function fillRun(/** @type {number} */ round) {
  const id = runId(1_000_000 + round);
  await cluster.client.query(
    `INSERT INTO pipeline_run (id, name, pipeline, status, started_at) VALUES ($1, $2, 'long', 'COMPLETED', now())`,
    [id, `long ${round}`],
  );
  await cluster.client.query(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, iteration, logged_at)
     SELECT $1, $1, 'k' || n % 20, 'FLOAT', to_json(random()), n, now() FROM generate_series(1, $2::int) n`,
    [id, entries],
  );
  await cluster.client.query('VACUUM ANALYZE metadata_entry');
  await cluster.client.query('CHECKPOINT');
  return id;
}

/** Deletes it, and waits until the last row of it is gone. */
async function deleteRun(/** @type {string} */ url, /** @type {string} */ id) {
  await send({ url, agent }, { query: 'mutation ($ref: String!) { deleteRun(ref: $ref) }', variables: { ref: id } });
  for (;;) {
    const { rows } = await cluster.client.query('SELECT FROM deleted_run');
    if (rows.length === 0) return;
    await setTimeout(200);
  }
}

/** The times, in ms, that writes took while something was done. @param {string} url @param {() => Promise<unknown>} work */
async function measure(url, work) {
  let isDone = false;
  /** @type {number[]} */
  const times = [];
  const gapMs = (1000 * writers) / perSecond;
  const write = async (/** @type {number} */ writer) => {
    await setTimeout((gapMs * writer) / writers);
    for (let due = performance.now(); !isDone; due += gapMs) {
      await setTimeout(Math.max(0, due - performance.now()));
      const start = performance.now();
      const variables = { id: stepId(writer, 1), m: { accuracy: Math.random(), loss: Math.random() } };
      await send({ url, agent }, { query: log, variables });
      times.push(performance.now() - start);
    }
  };
  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  await work();
  isDone = true;
  await writing;
  return times;
}
