import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../../src/storage/embedded/open.ts';

/** A path in the temporary folder that nobody uses yet. It is not created: that is up to what is tested. */
export function temporaryPath(): string {
  return join(tmpdir(), `runledger-test-${randomBytes(5).toString('hex')}`);
}

/** An embedded Postgres for tests, gone with all its data when it is closed. */
export async function openThrowAway(): Promise<{ url: string; close(): Promise<void> }> {
  const dataDir = temporaryPath();
  const { connection, close } = await openEmbedded({ dataDir, durable: false, maxConnections: 300 });
  const { host, port, user, password, database } = connection;
  return {
    url: `postgresql://${user}:${password}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    async close() {
      await close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
