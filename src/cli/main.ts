#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { RunledgerError } from '@runledger/client/internal/errors';
import { readVersion } from '../version.ts';
import { exportLedger } from './export.ts';
import { flush } from './flush.ts';
import { get } from './get.ts';
import { importLedger } from './import.ts';
import { keys } from './keys.ts';
import { log } from './log.ts';
import { migrate } from './migrate.ts';
import { joinNegatives } from './options.ts';
import { prune } from './prune.ts';
import { UsageError, usage } from './usage.ts';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`runledger: ${line}\n`);
}

async function serve(args: string[]): Promise<number | undefined> {
  const { values } = parseArgs({
    args,
    options: { host: { type: 'string' }, port: { type: 'string' }, 'data-dir': { type: 'string' } },
  });
  if (values.host !== undefined) process.env['HOST'] = values.host;
  const { port } = values;
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535))
    throw new UsageError(`--port must be an integer from 0 to 65535, not ${JSON.stringify(port)}.`);
  if (port !== undefined) process.env['PORT'] = port;
  if (values['data-dir'] !== undefined) process.env['RUNLEDGER_DATA_DIR'] = values['data-dir'];
  // Imported only here: no other command needs the service.
  await import('../main.ts');
  return undefined;
}

function version(): string {
  return `runledger ${readVersion()}`;
}

async function run([command, ...args]: string[]): Promise<number | undefined> {
  if (command === undefined) throw new UsageError('Give a command.');
  if (
    command === 'help' ||
    command === '--help' ||
    command === '-h' ||
    args.includes('--help') ||
    args.includes('-h')
  ) {
    process.stdout.write(usage);
    return 0;
  }
  if (command === '--version' || command === '-v') {
    print(version());
    return 0;
  }
  switch (command) {
    case 'serve':
      return serve(args);
    case 'migrate':
      return migrate(args, print, complain);
    case 'log':
      return log(args, complain);
    case 'get':
      return get(args, print, complain);
    case 'keys':
      return keys(args, print, complain);
    case 'prune':
      return prune(args, print, complain);
    case 'export':
      return exportLedger(args, print, complain);
    case 'import':
      return importLedger(args, print, complain);
    case 'flush':
      return flush(args, print, complain);
    default:
      throw new UsageError(`There is no command ${JSON.stringify(command)}.`);
  }
}

/** Whether the command line is at fault, by our own account or by that of `parseArgs`. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

// A reader such as `head` may close the pipe before everything is written: that is its right.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

try {
  const code = await run(joinNegatives(process.argv.slice(2)));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  if (isUsageError(error)) {
    complain(error.message);
    process.stderr.write('See runledger --help.\n');
    process.exitCode = 2;
  } else if (error instanceof RunledgerError) {
    complain(error.message);
    process.exitCode = error.code === 'BAD_USER_INPUT' ? 2 : 1;
  } else throw error;
}
