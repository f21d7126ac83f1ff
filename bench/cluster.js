import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { openEmbedded } from '../dist/storage/embedded/open.js';
import { migrate } from '../dist/storage/postgres/migrate.js';
import { fill } from './fill.js';

/**
 * A throw-away Postgres with honest commits (fsync on), with the service's tables filled in the given shape.
 * @param {import('./shape.js').Shape} shape
 */
export async function openFilledCluster(shape) {
  const folder = await mkdtemp(join(process.env['BENCH_DIR'] ?? '/var/tmp', 'runledger-bench-'));
  // Postgres may have to run as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const embedded = await openEmbedded({ dataDir: folder, durable: true, maxConnections: 200 });
  const { host, port, user, password, database } = embedded.connection;
  const url = `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?${new URLSearchParams({ host, port: String(port) })}`;
  const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC' });
  const close = async () => {
    await client.end();
    await embedded.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await client.connect();
    await migrate(url);
    // No checkpoint in the middle of a round unless it is asked for.
    await client.query("ALTER SYSTEM SET max_wal_size = '8GB'");
    await client.query('SELECT pg_reload_conf()');
    await fill(client, shape);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, client, connection: embedded.connection, close };
}
