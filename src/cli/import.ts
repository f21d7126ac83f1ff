import { importSpec } from './spec/ledger.ts';
import { parse } from './spec/parse.ts';
import { UsageError } from './spec/usage-error.ts';
import { stopSignal } from './stop-signal.ts';

type Out = (line: string) => void;

/** What the command line of `runledger import` asks for. @throws UsageError. */
export function parseImport(args: string[]) {
  const { values, positionals } = parse(importSpec, args);
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0)
    throw new UsageError('import: give one FILE that "runledger export" has written, or - for standard input.');
  return { path, skipExisting: values['skip-existing'] === true };
}

/** `runledger import`: reads a file that `runledger export` has written into a ledger. */
export async function importLedger(args: string[], print: Out, complain: Out): Promise<number> {
  const asked = parseImport(args);
  // Imported only here: few commands need the database.
  const { runImportCommand } = await import('../process/import-command.ts');
  return runImportCommand({
    ...asked,
    environment: process.env,
    directory: process.cwd(),
    stopping: stopSignal(),
    input: process.stdin,
    isTerminal: Boolean(process.stderr.isTTY),
    note: (text) => process.stderr.write(text),
    print,
    complain,
  });
}
