import { serve } from './serve.ts';

process.exitCode = await serve({
  environment: process.env,
  directory: process.cwd(),
  isTerminal: Boolean(process.stderr.isTTY),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  stopped: new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    // A worker whose parent was killed has nobody left who would stop it.
    process.once('disconnect', () => resolve());
  }),
  tellParent: (message) => process.send?.(message),
});
process.exit();
