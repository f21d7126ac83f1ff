import { readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { tally } from '../dist/storage/counts/tally.js';
import { openEmbedded } from '../dist/storage/embedded/open.js';
import { openDatabase } from '../dist/storage/postgres/database.js';
import { migrate } from '../dist/storage/postgres/migrate.js';
import { parentOf } from './cpu.js';
import { fill } from './fill.js';

/** @typedef {{ url: string, client: import('pg').Client }} FilledDatabase */

/** The process of Postgres in charge of all others, by one that a client speaks to. NaN where there is no /proc. */
async function findPostmaster(/** @type {import('pg').Client} */ client) {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  try {
    return parentOf(rows[0].pid);
  } catch {
    return Number.NaN;
  }
}

/**
 * A throw-away Postgres with honest commits (fsync on), with the service's tables filled in the given shape. An earlier tree,
 * whose tables are others, has a database of its own in it, filled in the same way.
 * @param {import('./shape.js').Shape} shape @param {string | undefined} before the folder of the earlier tree
 */
export async function openFilledCluster(shape, before) {
  const folder = await mkdtemp(join(process.env['BENCH_DIR'] ?? '/var/tmp', 'runledger-bench-'));
  // Postgres may have to run as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const embedded = await openEmbedded({ dataDir: folder, durable: true, maxConnections: 200 });
  const { host, port, user, password, database } = embedded.connection;
  const urlOf = (/** @type {string} */ name) =>
    `postgresql://${user}:${encodeURIComponent(password)}@localhost/${name}?${new URLSearchParams({ host, port: String(port) })}`;
  /** @type {import('pg').Client[]} */
  const clients = [];
  const close = async () => {
    for (const client of clients) await client.end();
    await embedded.close();
    await rm(folder, { recursive: true, force: true });
  };
  /** @returns {Promise<FilledDatabase>} */
  async function openFilled(/** @type {string} */ name, /** @type {(url: string) => Promise<void>} */ makeTables) {
    const url = urlOf(name);
    const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC' });
    clients.push(client);
    await client.connect();
    await makeTables(url);
    // No checkpoint in the middle of a round unless it is asked for.
    await client.query("ALTER SYSTEM SET max_wal_size = '8GB'");
    await client.query('SELECT pg_reload_conf()');
    await fill(client, shape);
    return { url, client };
  }
  try {
    const own = await openFilled(database, migrate);
    await count(own.url);
    const migrateBefore = before && !hasSameTables(before) ? await migrateOf(before) : null;
    let ofBefore = own;
    if (migrateBefore) {
      await own.client.query('CREATE DATABASE before');
      ofBefore = await openFilled('before', migrateBefore);
    }
    const postmaster = await findPostmaster(own.client);
    return { ...own, before: ofBefore, connection: embedded.connection, postmaster, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As the service would have done in the background while it was written. */
async function count(/** @type {string} */ url) {
  const db = openDatabase({ connectionString: url, statementTimeoutMs: 600_000 });
  await tally(db);
  await db.close();
}

/** Whether a tree has the migrations of this one. */
function hasSameTables(/** @type {string} */ tree) {
  const migrations = (/** @type {string} */ root) => readdirSync(join(root, 'prisma/migrations')).join();
  return migrations(tree) === migrations(fileURLToPath(new URL('..', import.meta.url)));
}

/** The code of another tree that makes its tables. @returns {Promise<(url: string) => Promise<void>>} */
async function migrateOf(/** @type {string} */ tree) {
  return (await import(pathToFileURL(join(tree, 'dist/storage/postgres/migrate.js')).href)).migrate;
}
