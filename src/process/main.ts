import { serve } from './serve.ts';
import { watchSignals } from './signals.ts';

const signals = watchSignals();
process.exitCode = await serve({
  environment: process.env,
  directory: process.cwd(),
  isTerminal: Boolean(process.stderr.isTTY),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  ...signals,
  tellParent: (message) => process.send?.(message),
  hearParent: (listener) => process.on('message', listener),
});
process.exit();
