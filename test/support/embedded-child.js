// A service of its own process, for what needs two of them or one that is killed: loads the embedded Postgres from the
// source, says "ready", opens the data folder it was given when it reads a line, and says in JSON what came of it.
// The next line closes it.
import { createInterface } from 'node:readline';
import { createViteServer } from 'vitest/node';

const server = await createViteServer({
  configFile: false,
  root: new URL('../..', import.meta.url).pathname,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { openEmbedded } = await server.ssrLoadModule('/src/storage/embedded/open.ts');
await server.close();

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
say({ state: 'ready' });
await lines.next();
try {
  const embedded = await openEmbedded({ dataDir: process.argv[2], durable: false });
  say({ state: 'open', connection: embedded.connection });
  await lines.next();
  await embedded.close();
  say({ state: 'closed' });
} catch (error) {
  say({ state: 'failed', name: error.name, message: error.message });
}
process.exit();
