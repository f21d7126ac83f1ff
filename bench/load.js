import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('.', import.meta.url));

/** @typedef {{ requests: number, perSecond: number, p50: number, p99: number, bytes: number }} Measurement */

/**
 * Sends requests of a kind for some seconds. @throws when any of them failed: an error is no throughput.
 * @param {{ url: string, kind: string, query: string, shape: import('./shape.js').Shape, connections: number, seconds: number, seed: number, above?: number, count?: number | undefined, key?: string | undefined }} options `count`: after so many answers it ends, at the latest after the seconds
 * @returns {Promise<Measurement>}
 */
export async function sendRequests({ url, kind, query, shape, connections, seconds, seed, above, count, key }) {
  const environment = {
    ...process.env,
    KIND: kind,
    QUERY: JSON.stringify(query),
    RUNS: String(shape.runs),
    STEPS: String(shape.steps),
    SEED: String(seed),
    ABOVE: String(above),
    ...(count && { REQUESTS: String(count) }),
    ...(key && { KEY: key }),
  };
  const parameters = ['-t1', `-c${connections}`, `-d${seconds}`, '--timeout', '20', '-s', `${folder}load.lua`, url];
  const { stdout } = await run('wrk', parameters, { env: environment });
  const { requests, microseconds, bytes, errors, p50, p99 } = JSON.parse(
    /** @type {any} */ (/RESULT (.*)/.exec(stdout))[1],
  );
  if (errors > 0) throw new Error(`${errors} of ${requests} requests (${kind}) to ${url} failed`);
  return { requests, perSecond: (requests / microseconds) * 1e6, p50, p99, bytes: bytes / requests };
}

/**
 * The same work without a service: pgbench with prepared statements on as many connections.
 * @param {{ connection: { host: string, port: number, user: string, password: string, database: string }, script: string, shape: import('./shape.js').Shape, connections: number, seconds: number, seed: number, above?: number }} options
 * @returns {Promise<Measurement>}
 */
export async function runLimit({ connection, script, shape, connections, seconds, seed, above = 0 }) {
  const { host, port, user, password, database } = connection;
  const parameters = ['-n', '-M', 'prepared', '-c', String(connections), '-j', '1', '-T', String(seconds)];
  parameters.push(
    '--random-seed',
    String(seed),
    '-D',
    `runs=${shape.runs}`,
    '-D',
    `steps=${shape.steps}`,
    '-D',
    `above=${above}`,
  );
  const { stdout } = await run(/** @type {string} */ (pgbench), [...parameters, '-f', `${folder}limit/${script}.sql`], {
    env: {
      ...process.env,
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
    },
  });
  const number = (/** @type {RegExp} */ pattern) => Number(pattern.exec(stdout)?.[1]);
  if (number(/failed transactions: (\d+)/) !== 0) throw new Error(`pgbench failed:\n${stdout}`);
  return {
    requests: number(/actually processed: (\d+)/),
    perSecond: number(/tps = ([\d.]+)/),
    p50: Number.NaN,
    p99: Number.NaN,
    bytes: Number.NaN,
  };
}

/** The pgbench of the system, or undefined. */
export const pgbench = [
  '/usr/local/bin/pgbench',
  '/usr/bin/pgbench',
  ...[18, 17, 16, 15].map((v) => `/usr/lib/postgresql/${v}/bin/pgbench`),
].find((path) => existsSync(path));
