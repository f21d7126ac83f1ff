import { parsePast } from './options.ts';
import { exportSpec } from './spec/ledger.ts';
import { parse } from './spec/parse.ts';
import { UsageError } from './spec/usage-error.ts';
import { stopSignal } from './stop-signal.ts';

type Out = (line: string) => void;

const formats = ['jsonl', 'csv', 'parquet'] as const;
const tables = ['latest', 'entries'] as const;

/** What the command line of `runledger export` asks for. @throws UsageError. */
export function parseExport(args: string[]) {
  const { values, positionals } = parse(exportSpec, args);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError('export: give one FILE, such as ledger.jsonl.gz, or - for standard output.');
  const ending = /\.(jsonl|csv|parquet)(\.gz)?$/.exec(file);
  const format = oneOf(formats, values.format ?? ending?.[1] ?? (file === '-' ? 'jsonl' : ''), 'format');
  if (values.of !== undefined && format === 'jsonl')
    throw new UsageError('--of is for csv and parquet; lines of JSON have everything.');
  const gzip = values.gzip === true || file.endsWith('.gz');
  if (format === 'parquet' && (file === '-' || gzip))
    throw new UsageError('A Parquet file is compressed in itself, and is written to a file: give its name.');
  return {
    path: file === '-' ? null : file,
    format,
    table: oneOf(tables, values.of ?? 'latest', 'of'),
    gzip,
    runs: values.run ?? [],
    pipelines: values.pipeline ?? [],
    startedFrom: parsePast(values['started-after'], 'started-after') ?? null,
    startedBefore: parsePast(values['started-before'], 'started-before') ?? null,
  };
}

/** `runledger export`: writes the ledger, or some of its runs, to a file, as it is at one moment. */
export async function exportLedger(args: string[], print: Out, complain: Out): Promise<number> {
  const asked = parseExport(args);
  if (asked.path === null && asked.gzip && process.stdout.isTTY)
    throw new UsageError('Compressed bytes are not for a terminal.');
  // Imported only here: few commands need the database.
  const { runExportCommand } = await import('../process/export-command.ts');
  return runExportCommand({
    ...asked,
    environment: process.env,
    directory: process.cwd(),
    stopping: stopSignal(),
    isTerminal: Boolean(process.stderr.isTTY),
    output: process.stdout,
    note: (text) => process.stderr.write(text),
    print,
    complain,
  });
}

function oneOf<const Choice extends string>(choices: readonly Choice[], text: string, option: string): Choice {
  const choice = choices.find((known) => known === text);
  if (choice) return choice;
  const given = text === '' ? 'and the name of the file does not say which' : `not ${JSON.stringify(text)}`;
  throw new UsageError(`--${option} must be one of ${choices.join(', ')}, ${given}.`);
}
