import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { test as base, inject } from 'vitest';
import { createDatabase, createEmptyDatabase, type TestDatabase } from './database.ts';
import { listen, type TestServer } from './http.ts';
import { openService, type TestService } from './service.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';

type Hooks = { onCleanup(cleanup: () => Promise<void>): void };
const perFile = { scope: 'file' } as const;

/**
 * What the tests of a file share: each is opened for the first test or hook that names it, and closed after the last.
 * `service` and `second` are two servers over one `database`, and `server` is `service` behind a port.
 */
export const test = base
  .extend('postgresUrl', perFile, () => inject('postgresUrl'))
  .extend('database', perFile, database)
  .extend('service', perFile, service)
  .extend('second', perFile, service)
  .extend('server', perFile, server);

/**
 * For tests that damage what they use: all of it is each test's own. `client` speaks to the `database` past the service,
 * `emptyDatabase` has no table yet, and `startService` starts the built program on the `database`, with settings of the test.
 */
export const testAlone = base
  .extend('postgresUrl', perFile, () => inject('postgresUrl'))
  .extend('database', database)
  .extend('service', service)
  .extend('server', server)
  .extend('client', client)
  .extend('emptyDatabase', emptyDatabase)
  .extend('startService', startService);

/** For the clients: `service` is the built program in a process of its own, and `env` tells a job where it is. */
export const testJobs = base
  .extend('postgresUrl', perFile, () => inject('postgresUrl'))
  .extend('database', perFile, database)
  .extend('service', perFile, serviceProcess)
  .extend('env', perFile, jobEnvironment);

async function database({ postgresUrl }: { postgresUrl: string }, { onCleanup }: Hooks): Promise<TestDatabase> {
  const opened = await createDatabase(postgresUrl);
  onCleanup(opened.drop);
  return opened;
}

async function emptyDatabase({ postgresUrl }: { postgresUrl: string }, { onCleanup }: Hooks): Promise<TestDatabase> {
  const opened = await createEmptyDatabase(postgresUrl);
  onCleanup(opened.drop);
  return opened;
}

async function service({ database }: { database: TestDatabase }, { onCleanup }: Hooks): Promise<TestService> {
  const opened = await openService({ database });
  onCleanup(opened.close);
  return opened;
}

async function server({ service }: { service: TestService }, { onCleanup }: Hooks): Promise<TestServer> {
  const opened = await listen(service);
  onCleanup(opened.close);
  return opened;
}

async function client({ database }: { database: TestDatabase }, { onCleanup }: Hooks): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: database.url });
  await opened.connect();
  onCleanup(() => opened.end());
  return opened;
}

async function serviceProcess({ database }: { database: TestDatabase }, { onCleanup }: Hooks): Promise<ServiceProcess> {
  const opened = await startServiceProcess(database);
  onCleanup(opened.close);
  return opened;
}

type StartService = (environment?: Record<string, string>) => Promise<ServiceProcess>;

async function startService({ database }: { database: TestDatabase }, { onCleanup }: Hooks): Promise<StartService> {
  const started: ServiceProcess[] = [];
  onCleanup(async () => {
    await Promise.all(started.map((service) => service.close()));
  });
  return async (environment = {}) => {
    const service = await startServiceProcess(database, environment);
    started.push(service);
    return service;
  };
}

type JobEnvironment = { RUNLEDGER_URL: string; RUNLEDGER_SPOOL_DIR: string; RUNLEDGER_LINK: string };

async function jobEnvironment({ service }: { service: ServiceProcess }, { onCleanup }: Hooks): Promise<JobEnvironment> {
  const spool = await mkdtemp(join(tmpdir(), 'runledger-spool-'));
  onCleanup(() => rm(spool, { recursive: true, force: true }));
  // What a job prints is compared to the letter.
  return { RUNLEDGER_URL: service.url, RUNLEDGER_SPOOL_DIR: spool, RUNLEDGER_LINK: '0' };
}
