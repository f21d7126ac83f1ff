import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import pg from 'pg';
import { temporaryPath } from './cluster.ts';
import { freePort } from './free-port.ts';
import { signalAll } from './processes.ts';
import { until } from './until.ts';

/** Where Debian puts the programs, of which the embedded Postgres has not all (pg_basebackup). */
const folder = [15, 16, 17, 18].map((version) => `/usr/lib/postgresql/${version}/bin`).find((path) => existsSync(path));

/** Whether there is a Postgres of Debian's: what needs one is skipped without, but not in CI, which installs it. */
export const hasDebianPostgres = folder !== undefined;
if (!hasDebianPostgres)
  process.stderr.write(
    'Skipped: replicas and failover, which need the Postgres of Debian: apt-get install postgresql\n',
  );
if (!hasDebianPostgres && process.env['CI']) throw new Error('CI must have a Postgres: apt-get install postgresql');

/** A server of its own, which may be killed, frozen and promoted. */
export type DebianPostgres = {
  readonly url: string;
  readonly port: number;
  /** Speaks to it past the service. A client that is lost is replaced by the next call. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of the rows is the statement's
  sql(text: string, parameters?: unknown[]): Promise<any[]>;
  start(): Promise<void>;
  /** Ends it and all its processes without warning. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** A standby becomes a primary; resolves when it takes writes. */
  promote(): Promise<void>;
  close(): Promise<void>;
};

/** Postgres refuses to run as root: then it runs as the user that Debian's package makes. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid!() !== 0) return {};
  const idOf = (what: string) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function run(program: string, args: string[]): void {
  execFileSync(`${folder}/${program}`, args, { ...account(), cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
}

async function open(dataDir: string, settings: Record<string, string>): Promise<DebianPostgres> {
  const port = await freePort();
  const url = `postgresql://runledger@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | null = null;
  let client: pg.Client | null = null;

  const sql = async (text: string, parameters?: unknown[]) => {
    if (!client) {
      const opened = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 10_000 });
      const forget = () => {
        if (client === opened) client = null;
      };
      opened.on('error', forget);
      opened.on('end', forget);
      await opened.connect();
      client = opened;
    }
    return (await client.query(text, parameters)).rows;
  };
  const start = async () => {
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', ...settings };
    const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    child = spawn(`${folder}/postgres`, ['-D', dataDir, '-p', String(port), ...options], {
      ...account(),
      cwd: '/',
      stdio: 'ignore',
    });
    await until(
      'the server takes connections',
      () =>
        sql('SELECT 1').then(
          () => true,
          () => false,
        ),
      60_000,
    );
  };
  const end = async (signal: NodeJS.Signals) => {
    await client?.end().catch(() => {});
    client = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (signal === 'SIGKILL') signalAll(child.pid!, signal);
    else child.kill(signal);
    await ended;
  };
  await start();
  return {
    url,
    port,
    sql,
    start,
    kill: () => end('SIGKILL'),
    freeze: () => signalAll(child!.pid!, 'SIGSTOP'),
    thaw: () => signalAll(child!.pid!, 'SIGCONT'),
    async promote() {
      await sql('SELECT pg_promote()');
      await until('it takes writes', async () => !(await sql('SELECT pg_is_in_recovery() AS standby'))[0].standby);
    },
    async close() {
      // At once: SIGINT of a server that is frozen would wait.
      await end('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function makeFolder(): string {
  const dataDir = temporaryPath();
  mkdirSync(dataDir, { mode: 0o700 });
  const { uid, gid } = account();
  if (uid !== undefined) chownSync(dataDir, uid, gid!);
  return dataDir;
}

/** A server with an empty database, from which replicas can be made. */
export async function openDebianPostgres(settings: Record<string, string> = {}): Promise<DebianPostgres> {
  const dataDir = makeFolder();
  run('initdb', ['-D', dataDir, '-U', 'runledger', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  return open(dataDir, { wal_keep_size: '256MB', ...settings });
}

/** A streaming replica of it. */
export async function openReplicaOf(
  primary: DebianPostgres,
  settings: Record<string, string> = {},
): Promise<DebianPostgres> {
  const dataDir = makeFolder();
  const from = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'runledger'];
  run('pg_basebackup', [...from, '-D', dataDir, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']);
  return open(dataDir, settings);
}
