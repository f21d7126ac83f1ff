import { importLines } from '../move/import-lines.ts';
import { readBytes } from '../move/input.ts';
import type { Session } from '../storage/move/session.ts';
import { type CommandDatabase, type CommandHost, withDatabase, withSession } from './open-for-command.ts';
import { counted, createProgress } from './progress.ts';

export type ImportCommand = CommandHost & {
  /** `-` for standard input. */
  path: string;
  input: AsyncIterable<Buffer>;
  /** Leaves runs that are there as they are. */
  skipExisting: boolean;
  /** Whether to show how far it has come. */
  isTerminal: boolean;
  /** Writes to standard error, without a line end. */
  note: (text: string) => void;
};

/** Reads a file that was exported into a ledger; the tables are made where there are none. Resolves with the exit code. */
export function runImportCommand(command: ImportCommand): Promise<number> {
  return withDatabase(command, true, (opened) =>
    withSession(opened, (session) => importRuns(command, opened, session)),
  );
}

async function importRuns(command: ImportCommand, { where }: CommandDatabase, session: Session): Promise<number> {
  const progress = createProgress(command.isTerminal, command.note);
  try {
    const source = readBytes(command.path, command.input);
    const { added, present } = await importLines(session, source, command, ({ runs, lines }) =>
      progress.show(
        () =>
          `${lines.runs.toLocaleString('en')} of ${counted(runs, 'run')}, ${counted(lines.entries, 'entry', 'entries')}`,
      ),
    );
    progress.clear();
    const there = present > 0 ? `; ${counted(present, 'run')} had been there before` : '';
    command.print(`imported ${counted(added, 'run')} into ${where}${there}.`);
    return 0;
  } finally {
    progress.clear();
  }
}
