import type { ColumnSource } from 'hyparquet-writer';
import type { TableName } from '../storage/move/export.ts';

/** A column of a table: what is asked of the database, as text, and what a Parquet file has of it. */
export type TableColumn = {
  name: string;
  sql: string;
  type: NonNullable<ColumnSource['type']>;
  parse: (text: string) => unknown;
};

function column(name: string, type: TableColumn['type'], parse: TableColumn['parse']): TableColumn {
  return { name, sql: name, type, parse };
}

function text(name: string): TableColumn {
  return column(name, 'STRING', (value) => value);
}

function long(name: string): TableColumn {
  return column(name, 'INT64', BigInt);
}

function int(name: string): TableColumn {
  return column(name, 'INT32', Number);
}

function double(name: string): TableColumn {
  return column(name, 'DOUBLE', Number);
}

function boolean(name: string): TableColumn {
  return column(name, 'BOOLEAN', (value) => value === 'true');
}

function time(name: string): TableColumn {
  const parse = (value: string) => new Date(Number(value));
  return { name, sql: `(extract(epoch FROM ${name}) * 1000)::bigint`, type: 'TIMESTAMP', parse };
}

const ofRun = [
  text('run_id'),
  text('run'),
  text('pipeline'),
  text('run_status'),
  time('run_started_at'),
  time('run_ended_at'),
];
const ofValue = [
  text('key'),
  text('type'),
  text('value'),
  double('number'),
  text('text'),
  long('iteration'),
  time('logged_at'),
];

/** The columns of the views, in their order. */
export const tableColumns: Record<TableName, readonly TableColumn[]> = {
  latest: [...ofRun, text('step'), ...ofValue, text('step_id'), text('logged_by'), int('attempt'), long('entry_id')],
  entries: [
    ...ofRun,
    text('step_id'),
    text('step'),
    int('attempt'),
    boolean('superseded'),
    ...ofValue,
    time('recorded_at'),
    long('entry_id'),
  ],
};
