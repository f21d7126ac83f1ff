// npm run bench:rows [-- --rounds 9]
// What an entry costs Postgres in a write of many: CPU of the backend and bytes of the log a row, for the statement as it is, and for
// what it could be at best – without the filter index, or the rows of the history alone, by INSERT and by COPY.
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { insertEntries } from '../dist/storage/entries/insert.js';
import { openFilledCluster } from './cluster.js';
import { median, ratio, table } from './report.js';
import { runId, shapeOfEntries, stepId } from './shape.js';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(options.rounds);
const [writesAtOnce, entriesOfWrite, statements] = [8, 100, 10];
const rows = writesAtOnce * entriesOfWrite;

const shape = shapeOfEntries(10_000);
const cluster = await openFilledCluster(shape);
const client = new pg.Client({ connectionString: cluster.url });
try {
  await client.connect();
  const { rows: backends } = await client.query('SELECT pg_backend_pid() AS pid');
  const cpu = () => Number(readFileSync(`/proc/${backends[0].pid}/schedstat`, 'utf8').split(' ')[0]);
  const select = async (/** @type {{ text: string, values: unknown[] }} */ { text, values }) =>
    (await client.query({ name: 'insert', text, values })).rows;
  const asItIs = () =>
    insertEntries(/** @type {any} */ (select), Array.from({ length: writesAtOnce }, makeWrite), 'skip');

  const found = [['as it is', ...(await measure(asItIs, cpu))]];
  found.push(['history alone, INSERT', ...(await measure(insertHistory, cpu))]);
  found.push(['history alone, COPY', ...(await measure(copyHistory, cpu))]);
  await client.query('DROP INDEX "latest_entry_filter_scope_key_sort_class_sort_number_sort_t_idx"');
  await client.query('VACUUM FULL latest_entry');
  await client.query('VACUUM ANALYZE latest_entry');
  found.splice(1, 0, ['without the filter index (updates are heap-only)', ...(await measure(asItIs, cpu))]);

  const [cpuOfAll, bytesOfAll] = found[0].slice(1).map(Number);
  console.log(
    `Medians of ${rounds} rounds of ${statements} statements of ${rows} entries, on ${shape.entries} entries.\n`,
  );
  console.log(
    table(
      ['', 'CPU of the backend ÷ as it is', 'bytes of the log ÷ as it is'],
      found.map(([name, own, bytes]) => [
        String(name),
        ratio(Number(own) / cpuOfAll),
        ratio(Number(bytes) / bytesOfAll),
      ]),
    ),
  );
} finally {
  await client.end();
  await cluster.close();
}

/** Nanoseconds of the backend and bytes of the write-ahead log a row. @returns {Promise<[number, number]>} */
async function measure(/** @type {() => Promise<unknown>} */ write, /** @type {() => number} */ cpu) {
  /** @type {[number, number][]} */
  const costs = [];
  // The first warms up, and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const before = [cpu(), await walPosition()];
    for (let n = 0; n < statements; n += 1) await write();
    const after = [cpu(), await walPosition()];
    const [own, bytes] = after.map((value, at) => (value - before[at]) / statements / rows);
    if (round > 0) costs.push([own, bytes]);
  }
  return [median(costs.map(([own]) => own)), median(costs.map(([, bytes]) => bytes))];
}

async function walPosition() {
  const { rows: found } = await cluster.client.query("SELECT pg_current_wal_lsn() - '0/0' AS bytes");
  return Number(found[0].bytes);
}

/** A hundred numbers under a hundred keys of a random step, as the service hands them to the statement. */
function makeWrite() {
  const loggedAt = new Date();
  const entries = Array.from({ length: entriesOfWrite }, (_, n) => {
    const text = Math.random().toFixed(6);
    const sort = { sortClass: /** @type {const} */ (0), sortNumber: text, sortText: null };
    return { key: keyOf(n), type: /** @type {const} */ ('FLOAT'), text, iteration: null, loggedAt, ...sort };
  });
  return { target: { stepId: stepId(pick(shape.runs), 1) }, entries, request: null };
}

/** The rows of as many writes as the statement has, with nothing but numbers from the service. */
async function insertHistory() {
  const runs = Array.from({ length: writesAtOnce }, () => pick(shape.runs));
  await client.query({
    name: 'history',
    text: `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
      SELECT run_id, scope_id, key, 'FLOAT', value::json, now()
      FROM unnest($1::uuid[], $2::uuid[]) t(run_id, scope_id) CROSS JOIN unnest($3::text[], $4::text[]) e(key, value)`,
    values: [
      runs.map((run) => runId(run)),
      runs.map((run) => stepId(run, 1)),
      Array.from({ length: entriesOfWrite }, (_, n) => keyOf(n)),
      Array.from({ length: entriesOfWrite }, () => Math.random().toFixed(6)),
    ],
  });
}

/** The same by COPY, from a file that the server reads: what the wire would cost is left out. */
async function copyHistory() {
  const file = `/tmp/runledger-bench-${process.pid}.tsv`;
  const lines = Array.from({ length: writesAtOnce }, () => pick(shape.runs)).flatMap((run) =>
    Array.from({ length: entriesOfWrite }, (_, n) =>
      [runId(run), stepId(run, 1), keyOf(n), 'FLOAT', Math.random().toFixed(6), new Date().toISOString()].join('\t'),
    ),
  );
  await writeFile(file, `${lines.join('\n')}\n`);
  try {
    await client.query(`COPY metadata_entry (run_id, scope_id, key, type, value, logged_at) FROM '${file}'`);
  } finally {
    await rm(file);
  }
}

function keyOf(/** @type {number} */ n) {
  return `metric_${String(n + 3).padStart(2, '0')}`;
}

function pick(/** @type {number} */ count) {
  return Math.floor(Math.random() * count);
}
