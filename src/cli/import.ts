import { parseArgs } from 'node:util';
import { stopSignal } from './stop-signal.ts';
import { UsageError } from './usage.ts';

type Out = (line: string) => void;

/** `runledger import`: reads a file that `runledger export` has written into a ledger. */
export async function importLedger(args: string[], print: Out, complain: Out): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { 'skip-existing': { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError('import: give one FILE that "runledger export" has written, or - for standard input.');
  // Imported only here: few commands need the database.
  const { runImportCommand } = await import('../process/import-command.ts');
  return runImportCommand({
    environment: process.env,
    directory: process.cwd(),
    stopping: stopSignal(),
    path: file,
    input: process.stdin,
    skipExisting: values['skip-existing'],
    isTerminal: Boolean(process.stderr.isTTY),
    note: (text) => process.stderr.write(text),
    print,
    complain,
  });
}
