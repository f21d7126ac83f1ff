import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testJobs } from './test.ts';

/** As `testJobs`, with a `spool` of each test's own; `environment()` tells a job of it, and of the service or another URL. */
export const testSpool = testJobs
  .extend('spool', async ({ onTestFinished }) => {
    const spool = await mkdtemp(join(tmpdir(), 'runledger-spool-'));
    onTestFinished(() => rm(spool, { recursive: true, force: true }));
    return spool;
  })
  .extend('environment', ({ service, spool }) => (url = service.url) => ({
    RUNLEDGER_URL: url,
    RUNLEDGER_SPOOL_DIR: spool,
    // What a job prints is compared to the letter.
    RUNLEDGER_LINK: '0',
  }));
