import { serve } from './serve.ts';

/** The entry point of the service: `npm start`, or `runledger serve`. */
process.env['NODE_ENV'] ??= 'production';
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
