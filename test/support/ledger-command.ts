import { Writable } from 'node:stream';
import { parseExport } from '../../src/cli/export.ts';
import { parseImport } from '../../src/cli/import.ts';
import { parsePrune } from '../../src/cli/prune.ts';
import { plainTable } from '../../src/cli/terminal/table.ts';
import { runExportCommand } from '../../src/process/export-command.ts';
import { runImportCommand } from '../../src/process/import-command.ts';
import { runPruneCommand } from '../../src/process/prune-command.ts';

/**
 * Runs `runledger export`, `import` or `prune` on a database as its command line says, without a process of its own, which
 * would take most of the time.
 */
export async function ledgerCommand(
  { url }: { url: string },
  name: 'export' | 'import' | 'prune',
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written: Buffer[] = [];
  let stderr = '';
  const host = {
    environment: { DATABASE_URL: url },
    directory: '/',
    print: (line: string) => void written.push(Buffer.from(`${line}\n`)),
    complain: (line: string) => {
      stderr += `runledger: ${line}\n`;
    },
    isTerminal: false,
    note: () => {},
  };
  const output = new Writable({ write: (chunk, _encoding, done) => done(void written.push(chunk)) });
  const run = {
    export: () => runExportCommand({ ...host, ...parseExport(args), output }),
    import: () => runImportCommand({ ...host, ...parseImport(args), input: process.stdin }),
    prune: () => runPruneCommand({ ...host, ...parsePrune(args), table: plainTable }),
  };
  const code = await run[name]();
  return { code, stdout: Buffer.concat(written).toString(), stderr };
}
