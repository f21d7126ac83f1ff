import { parse } from './spec/parse.ts';
import { serveSpec } from './spec/service.ts';
import { UsageError } from './spec/usage-error.ts';

/** `runledger serve`: the service in this process, which goes on. */
export async function serve(args: string[]): Promise<undefined> {
  const { values } = parse(serveSpec, args);
  const { host, port, 'data-dir': folder } = values;
  if (host !== undefined) process.env['HOST'] = host;
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535))
    throw new UsageError(`--port must be an integer from 0 to 65535, not ${JSON.stringify(port)}.`);
  if (port !== undefined) process.env['PORT'] = port;
  if (folder !== undefined) process.env['RUNLEDGER_DATA_DIR'] = folder;
  // Imported only here: no other command needs the service.
  await import('../main.ts');
  return undefined;
}
