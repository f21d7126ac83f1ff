import type { Writable } from 'node:stream';
import { sightOfNamed } from '../domain/caller.ts';
import { exportCsv } from '../move/export-csv.ts';
import { exportLines } from '../move/export-lines.ts';
import { exportParquet } from '../move/export-parquet.ts';
import { findRunIds } from '../move/find-run-ids.ts';
import { writeBytes, writeWhole } from '../move/output.ts';
import { beginSnapshot, measureMoved, type TableName } from '../storage/move/export.ts';
import type { Session } from '../storage/move/session.ts';
import { type CommandDatabase, type CommandHost, withDatabase, withSession } from './open-for-command.ts';
import { counted, createProgress } from './progress.ts';

export type ExportCommand = CommandHost & {
  /** Null for standard output. */
  path: string | null;
  format: 'jsonl' | 'csv' | 'parquet';
  /** What a table is of. */
  table: TableName;
  gzip: boolean;
  runs: readonly string[];
  pipelines: readonly string[];
  startedFrom: Date | null;
  startedBefore: Date | null;
  /** Whether to show how far it has come. */
  isTerminal: boolean;
  output: Writable;
  /** Writes to standard error, without a line end. */
  note: (text: string) => void;
};

/** Writes a ledger, or some of its runs, to a file, as it is at one moment. Resolves with the exit code. */
export function runExportCommand(command: ExportCommand): Promise<number> {
  return withDatabase(command, false, (opened) =>
    withSession(opened, async (session) => {
      await beginSnapshot(session);
      return exportRuns(command, opened, session);
    }),
  );
}

async function exportRuns(command: ExportCommand, { db }: CommandDatabase, session: Session): Promise<number> {
  const { path, format, table, runs, pipelines, startedFrom, startedBefore, complain } = command;
  const moved = {
    ids: runs.length > 0 ? await findRunIds(db, runs) : null,
    sight: sightOfNamed(pipelines),
    startedFrom,
    startedBefore,
  };
  const size = await measureMoved(session, moved);
  const progress = createProgress(command.isTerminal, command.note);
  const ofRuns = (done: number) => `${done.toLocaleString('en')} of ${counted(size.runs, 'run')}`;
  const onRuns = (done: number) => progress.show(() => ofRuns(done));
  let done = '';
  if (format === 'parquet') {
    await writeWhole(path!, (partial) => exportParquet(session, table, moved, partial, onRuns));
  } else {
    const bytes =
      format === 'csv'
        ? exportCsv(session, table, moved, onRuns)
        : exportLines(session, moved, size, (counts) => {
            progress.show(() => `${ofRuns(counts.runs)}, ${counted(counts.entries, 'entry', 'entries')}`);
            done = ` with ${counted(counts.entries, 'entry', 'entries')}`;
          });
    await writeBytes(path === null ? { stream: command.output } : { path }, bytes, command.gzip);
  }
  progress.clear();
  complain(`exported ${counted(size.runs, 'run')}${done}${path === null ? '' : ` to ${path}`}.`);
  return 0;
}
