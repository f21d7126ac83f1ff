import { parsePast } from './options.ts';
import { pruneSpec } from './spec/ledger.ts';
import { parse } from './spec/parse.ts';
import { UsageError } from './spec/usage-error.ts';
import { stopSignal } from './stop-signal.ts';
import { plainTable } from './terminal/table.ts';

type Out = (line: string) => void;

/** What the command line of `runledger prune` asks for. @throws UsageError. */
export function parsePrune(args: string[]) {
  const { values } = parse(pruneSpec, args);
  const before = parsePast(values['older-than'], 'older-than');
  if (!before) throw new UsageError('prune: give --older-than, such as 90d, 12h or 2026-01-31.');
  if (values['keep-latest'] && values.unfinished)
    throw new UsageError('--unfinished is about whole runs; --keep-latest takes history of all runs, ended or not.');
  if (values.apply && values['dry-run']) throw new UsageError('Give either --dry-run or --apply, not both.');
  return {
    before,
    pipelines: values.pipeline ?? [],
    keepLatest: values['keep-latest'] === true,
    unfinished: values.unfinished === true,
    apply: values.apply === true,
  };
}

/** `runledger prune`: says which old runs, or which old history, it would remove; with `--apply` it removes them. */
export async function prune(args: string[], print: Out, complain: Out): Promise<number> {
  const asked = parsePrune(args);
  // Imported only here: few commands need the database.
  const { runPruneCommand } = await import('../process/prune-command.ts');
  return runPruneCommand({
    ...asked,
    environment: process.env,
    directory: process.cwd(),
    stopping: stopSignal(),
    print,
    complain,
    table: plainTable,
  });
}
