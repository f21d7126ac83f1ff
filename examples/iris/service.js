// The service for the example: the one that RUNLEDGER_URL names, else one of its own, which ends with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Starts the built service on a free port, with its database in `folder`. */
async function startService(folder) {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const env = { ...process.env, PORT: '0', RUNLEDGER_DATA_DIR: folder, LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let url;
  for await (const line of createInterface({ input: child.stdout })) {
    url = /http:\S+/.exec(line)?.[0];
    break;
  }
  if (!url) throw new Error('The service did not start: see above. Did you run `npm run build`?');
  return {
    url,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export async function openService(folder) {
  const url = process.env.RUNLEDGER_URL;
  return url ? { url, close: async () => {} } : startService(folder);
}
