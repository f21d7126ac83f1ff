import { copyTable, type MovedRuns, type TableName } from '../storage/move/export.ts';
import type { Session } from '../storage/move/session.ts';
import { pagesOfRuns } from './export-lines.ts';
import { tableColumns } from './table-columns.ts';

/** The rows of a view for some runs as CSV, as bytes, in the order of the runs' starts. The session must be in a snapshot. */
export async function* exportCsv(
  session: Session,
  table: TableName,
  moved: MovedRuns,
  onProgress: (runs: number) => void,
): AsyncGenerator<Buffer> {
  // Written by itself: there may be no run at all, and yet there are columns.
  yield Buffer.from(`${tableColumns[table].map(({ name }) => name).join()}\n`);
  let runs = 0;
  for await (const page of pagesOfRuns(session, moved)) {
    for await (const chunk of copyTable(session, table, page.runIds)) {
      page.bytes += chunk.length;
      yield chunk;
    }
    runs += page.runIds.length;
    onProgress(runs);
  }
}
