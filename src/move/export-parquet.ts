import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { type MovedRuns, readTable, type TableName } from '../storage/move/export.ts';
import type { Session } from '../storage/move/session.ts';
import { pagesOfRuns } from './export-lines.ts';
import { type TableColumn, tableColumns } from './table-columns.ts';

/** Rows of a row group: what readers read, or skip, as a whole, and what is held in memory. */
const groupRows = 50_000;
const rowsAtOnce = 5_000;

/** Writes the rows of a view for some runs into a Parquet file. The session must be in a snapshot. */
export async function exportParquet(
  session: Session,
  table: TableName,
  moved: MovedRuns,
  path: string,
  onProgress: (runs: number) => void,
): Promise<void> {
  const columns = tableColumns[table];
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData: columnData(columns, []) }),
    createdBy: 'runledger',
  });
  let group: (string | null)[][] = [];
  const write = () => {
    if (group.length > 0) writer.write({ columnData: columnData(columns, group), rowGroupSize: groupRows });
    group = [];
  };
  let runs = 0;
  const sqls = columns.map(({ sql }) => sql);
  for await (const page of pagesOfRuns(session, moved)) {
    for await (const rows of readTable(session, table, page.runIds, sqls, rowsAtOnce)) {
      for (const row of rows) for (const cell of row) page.bytes += cell?.length ?? 0;
      group.push(...rows);
      if (group.length >= groupRows) write();
    }
    runs += page.runIds.length;
    onProgress(runs);
  }
  write();
  writer.finish();
}

function columnData(columns: readonly TableColumn[], rows: readonly (string | null)[][]) {
  return columns.map(({ name, type, parse }, index) => ({
    name,
    type,
    nullable: true,
    data: rows.map((row) => {
      const cell = row[index];
      return cell == null ? null : parse(cell);
    }),
  }));
}
