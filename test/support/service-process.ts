import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createDatabase, type TestDatabase } from './database.ts';

/** The root of the package: what `npm run build` makes is in `dist` below it. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The built service as a process of its own, which tests may kill. */
export type ServiceProcess = {
  /** Of the endpoint; the same after `start`. */
  readonly url: string;
  /** Of the process that was started last. */
  readonly pid: number;
  /** What it has written to its log, line by line; nothing unless `settings` were given, as else it goes to the terminal. */
  readonly logged: readonly string[];
  /** What the first line that it printed and that is like this has in brackets. */
  printed(like: RegExp): Promise<string>;
  /** Ends it without warning, as `kill -9` does. */
  kill(): Promise<void>;
  /** Tells it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** Starts it again at the same port, over the same database. */
  start(): Promise<void>;
  /** Kills it, and drops its database unless that was given. */
  close(): Promise<void>;
};

/** Starts the built service as `npm start` does, over a database of its own unless one is given, with further settings. */
export async function startServiceProcess(
  given?: Pick<TestDatabase, 'url'>,
  settings?: Record<string, string>,
): Promise<ServiceProcess> {
  const own = given ? null : await createDatabase();
  const { url: databaseUrl } = given ?? own!;
  let child: ChildProcess | undefined;
  let port = '0';
  let url = '';
  const logged: string[] = [];
  let printed: string[] = [];
  const start = async () => {
    printed = [];
    child = spawn(process.execPath, ['--max-semi-space-size=32', 'dist/main.js'], {
      cwd: packageRoot,
      env: { ...process.env, DATABASE_URL: databaseUrl, PORT: port, LOG_LEVEL: 'error', ...settings },
      stdio: ['ignore', 'pipe', settings ? 'pipe' : 'inherit'],
    });
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => logged.push(line));
    const lines = createInterface({ input: child.stdout! }).on('line', (line) => printed.push(line));
    await Promise.race([once(lines, 'line'), once(lines, 'close')]);
    url = /http:\S+/.exec(printed[0] ?? '')?.[0] ?? '';
    if (url === '') throw new Error(`The service did not start: has \`npm run build\` been run?\n${logged.join('\n')}`);
    port = new URL(url).port;
  };
  const end = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
  };
  const kill = () => end('SIGKILL');
  await start();
  return {
    get url() {
      return url;
    },
    get pid() {
      return child!.pid!;
    },
    logged,
    printed: (like) =>
      eventually(`it prints ${like}`, () => printed.map((line) => like.exec(line)?.[1]).find((found) => found)),
    kill,
    stop: () => end('SIGTERM'),
    start,
    async close() {
      await kill();
      await own?.drop();
    },
  };
}

/** What ran in a process of its own. */
export type JobResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

type OnLine = (line: string, child: ChildProcess) => void;

/** Runs a program text (an ES module that may import "@runledger/client") as a job does. `onLine` hears its output. */
export const runJob = (text: string, env: Record<string, string>, onLine?: OnLine): Promise<JobResult> =>
  runNode(['--input-type=module', '-e', text], env, onLine);

/** Runs the built command `runledger`. */
export const runCommand = (args: string[], env: Record<string, string>): Promise<JobResult> =>
  runNode(['dist/cli/main.js', ...args], env);

async function runNode(args: string[], env: Record<string, string>, onLine: OnLine = () => {}): Promise<JobResult> {
  const child = spawn(process.execPath, args, {
    cwd: packageRoot,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result = { stdout: '', stderr: '' };
  createInterface({ input: child.stdout }).on('line', (line) => {
    result.stdout += `${line}\n`;
    onLine(line, child);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    result.stderr += chunk;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...result };
}

/** Polls until `check` gives something; fails the test with `what` after the deadline. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 15_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const result = await check();
    if (result !== undefined && result !== false) return result;
    if (Date.now() > end) throw new Error(`It did not happen in ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How a proxy treats a request: an answer of its own, or undefined to pass it on. `wait` holds it first. */
export type Treatment = {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  wait?: Promise<void>;
  cut?: boolean;
};

/** A proxy in front of the service, which may delay, refuse or cut what passes. */
export async function startProxy(
  target: string,
  treat: (body: string) => Treatment | undefined,
): Promise<{ url: string; close(): Promise<void> }> {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { status, headers, body: answer, wait, cut } = treat(body) ?? {};
    await wait;
    if (status !== undefined) return void response.writeHead(status, headers).end(answer);
    const { accept = '*/*', 'content-type': type = 'application/json' } = request.headers;
    const passed = await fetch(target, { method: 'POST', headers: { accept, 'content-type': type }, body });
    if (cut) return void response.destroy();
    response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'application/json' });
    if (passed.body) for await (const chunk of passed.body) if (!response.write(chunk)) await once(response, 'drain');
    response.end();
  };
  const server: Server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
