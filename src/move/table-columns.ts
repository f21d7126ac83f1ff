import type { ColumnSource } from 'hyparquet-writer';
import type { TableName } from '../storage/move/export.ts';

/** A column of a table: what is asked of the database, as text, and what a Parquet file has of it. */
export type TableColumn = {
  name: string;
  sql: string;
  type: NonNullable<ColumnSource['type']>;
  parse: (text: string) => unknown;
};

const text = (name: string): TableColumn => ({ name, sql: name, type: 'STRING', parse: (value) => value });
const long = (name: string): TableColumn => ({ name, sql: name, type: 'INT64', parse: BigInt });
const int = (name: string): TableColumn => ({ name, sql: name, type: 'INT32', parse: Number });
const double = (name: string): TableColumn => ({ name, sql: name, type: 'DOUBLE', parse: Number });
const boolean = (name: string): TableColumn => ({
  name,
  sql: name,
  type: 'BOOLEAN',
  parse: (value) => value === 'true',
});
const time = (name: string): TableColumn => ({
  name,
  sql: `(extract(epoch FROM ${name}) * 1000)::bigint`,
  type: 'TIMESTAMP',
  parse: (value) => new Date(Number(value)),
});

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
