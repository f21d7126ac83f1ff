// npm run bench:move [-- --entries 1000000 --rounds 3]
// `runledger export` and `import` against pg_dump and pg_restore of the same ledger: how many times as long they take, and how
// many times as large the file is. In turn, medians. What was imported is exported again, and must be the same bytes.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { migrate } from '../dist/storage/postgres/migrate.js';
import { fill } from './fill.js';
import { median, ratio, table } from './report.js';
import { shapeOfEntries, sizeOf } from './shape.js';
import { openSystemPostgres } from './system-postgres.js';

const { values: options } = parseArgs({
  options: { entries: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
});
const shape = shapeOfEntries(Number(options.entries));
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

const postgres = await openSystemPostgres();
try {
  await fillLedger();
  const file = (/** @type {string} */ name) => join(postgres.folder, name);
  const dump = (/** @type {string[]} */ ...args) =>
    run(postgres.program('pg_dump'), ['-d', postgres.urlOf('ledger'), ...args]);
  const ours = (/** @type {string} */ database, /** @type {string[]} */ ...args) =>
    run(process.execPath, [command, ...args], { DATABASE_URL: postgres.urlOf(database) });
  const measured = {
    'pg_dump -Fc': () => dump('-Fc', '-f', file('dump')),
    'runledger export ledger.jsonl.gz': () => ours('ledger', 'export', file('ledger.jsonl.gz')),
    'pg_dump, plain': () => dump('-f', file('dump.sql')),
    'runledger export ledger.jsonl': () => ours('ledger', 'export', file('ledger.jsonl')),
    'runledger export entries.parquet': () => ours('ledger', 'export', file('entries.parquet'), '--of', 'entries'),
    pg_restore: () => run(postgres.program('pg_restore'), ['-d', postgres.urlOf('copy'), file('dump')]),
    'runledger import ledger.jsonl.gz': () => ours('copy', 'import', file('ledger.jsonl.gz')),
  };
  /** @type {Map<string, number[]>} */
  const seconds = new Map(Object.keys(measured).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const [name, work] of Object.entries(measured)) {
      if (/import|restore/.test(name)) await makeEmpty('copy');
      await postgres.sql('ledger', 'CHECKPOINT');
      const start = performance.now();
      await work();
      seconds.get(name)?.push((performance.now() - start) / 1000);
      console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
    await ours('copy', 'export', file('again.jsonl'));
    if ((await hashOf(file('again.jsonl'))) !== (await hashOf(file('ledger.jsonl'))))
      throw new Error('What was imported and exported again is not the same.');
  }
  const time = (/** @type {string} */ name) => median(seconds.get(name) ?? []);
  const size = async (/** @type {string} */ name) => (await stat(file(name))).size;
  console.log(
    `Medians of ${options.rounds} rounds in turn; ${sizeOf(shape)} of ${shape.runs.toLocaleString('en')} runs.\n`,
  );
  const rows = [];
  for (const [name = '', against = '', written, dumped] of [
    ['runledger export ledger.jsonl.gz', 'pg_dump -Fc', 'ledger.jsonl.gz', 'dump'],
    ['runledger export ledger.jsonl', 'pg_dump, plain', 'ledger.jsonl', 'dump.sql'],
    ['runledger export entries.parquet', 'pg_dump -Fc', 'entries.parquet', 'dump'],
    ['runledger import ledger.jsonl.gz', 'pg_restore'],
  ]) {
    const ofSize = written && dumped ? ratio((await size(written)) / (await size(dumped))) : '–';
    rows.push([name, against, ratio(time(name) / time(against)), ofSize]);
  }
  console.log(table(['', 'against', 'time', 'size of the file'], rows));
} finally {
  await postgres.close();
}

async function fillLedger() {
  await makeEmpty('ledger');
  const url = postgres.urlOf('ledger');
  await migrate(url);
  const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC' });
  await client.connect();
  await fill(client, shape);
  await client.end();
}

async function makeEmpty(/** @type {string} */ name) {
  await postgres.sql('postgres', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await postgres.sql('postgres', `CREATE DATABASE ${name} TEMPLATE template0`);
}

/** Runs a program to its end. @param {string} program @param {string[]} args @param {Record<string, string>} [environment] */
async function run(program, args, environment = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`);
}

async function hashOf(/** @type {string} */ path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
