import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** Why the service refused an operation. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The start of what a record adds to its line. Quotes within the reason are escaped: the last match is the right one. */
const reasonMark = ',"rejected":{"code":';

/** Appends records, each with its newline, to the `.rejected` file of `base`, syncs it to disk, and gives its path. */
export function appendRejected(base: string, header: string, records: string): string {
  const path = `${base}.rejected`;
  const fd = openSync(path, 'a', 0o600);
  try {
    writeSync(fd, fstatSync(fd).size === 0 ? `${header}\n${records}` : records);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return path;
}

/** The record of a refused line, newline included. */
export function recordOf(line: string, { code, message }: Refusal): string {
  const reason = JSON.stringify({ code, message, at: new Date().toISOString() });
  return line.startsWith('{"op":') && line.endsWith('}')
    ? `${line.slice(0, -1)},"rejected":${reason}}\n`
    : `{"raw":${JSON.stringify(line)},"rejected":${reason}}\n`;
}

/** The line that a record was made of, and why it was refused. A record that makes no sense is taken as a line. */
export function parseRecord(record: string): { readonly line: string; readonly refusal: Refusal } {
  const at = record.lastIndexOf(reasonMark);
  try {
    const { code, message } = JSON.parse(record.slice(at + ',"rejected":'.length, -1));
    const line = `${record.slice(0, at)}}`;
    const refusal = { code: String(code), message: String(message) };
    return { line: line.startsWith('{"raw":') ? String(JSON.parse(line).raw) : line, refusal };
  } catch {
    return { line: record, refusal: { code: 'UNKNOWN', message: 'the reason was not noted' } };
  }
}
