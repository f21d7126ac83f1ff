import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

/** Postgres refuses to run as root: then it runs as the user that the package of the system makes. */
function account() {
  if (process.getuid?.() !== 0) return {};
  const idOf = (/** @type {string} */ what) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/**
 * A throw-away Postgres of the system's, with honest commits: that of npm has no pg_dump, and an older one does not read it.
 * `program` has the path of a program of it, `urlOf` the address of a database, in which `sql` runs a statement.
 */
export async function openSystemPostgres() {
  const bin = execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
  const folder = await mkdtemp(join(process.env['BENCH_DIR'] ?? '/var/tmp', 'runledger-bench-'));
  const { uid, gid } = account();
  if (uid !== undefined) chownSync(folder, uid, /** @type {number} */ (gid));
  const data = join(folder, 'data');
  const setup = ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), setup, { ...account(), cwd: '/', stdio: 'ignore' });
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'max_wal_size=8GB',
    'shared_buffers=512MB',
  ];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...account(),
    cwd: '/',
    stdio: 'ignore',
  });
  const urlOf = (/** @type {string} */ name) =>
    `postgresql://bench@localhost/${name}?host=${encodeURIComponent(folder)}`;
  const sql = async (/** @type {string} */ name, /** @type {string} */ text) => {
    const client = new pg.Client({ connectionString: urlOf(name) });
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  const close = async () => {
    const ended = server.exitCode !== null || server.signalCode !== null || once(server, 'exit');
    server.kill('SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries += 1) {
    try {
      await sql('postgres', 'SELECT 1');
      break;
    } catch (error) {
      if (tries === 100) {
        await close();
        throw error;
      }
      await setTimeout(100);
    }
  }
  return {
    folder,
    urlOf,
    sql,
    program: (/** @type {string} */ name) => join(bin, name),
    close,
  };
}
