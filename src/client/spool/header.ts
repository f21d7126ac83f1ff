import { closeSync, openSync, readSync } from 'node:fs';
import { hostname } from 'node:os';
import { startOf } from './location.ts';

/** The first line of a spool file: which process owns it, and where its operations go. */
export interface SpoolHeader {
  readonly version: number;
  readonly host: string;
  readonly pid: number;
  readonly pidStartedAt: string | null;
  readonly url: string;
}

/** The header line of this process, with its newline. */
export function headerLine(url: string): string {
  const pidStartedAt = startOf(process.pid) ?? null;
  return `${JSON.stringify({ runledgerSpool: 1, host: hostname(), pid: process.pid, pidStartedAt, url })}\n`;
}

/**
 * The header of a file, its line, and the length of that line in bytes. Undefined when the first line is incomplete.
 * Throws when the file cannot be read, or its first line is not a header.
 */
export function readHeader(path: string): { header: SpoolHeader; line: string; bytes: number } | undefined {
  const buffer = Buffer.alloc(65_536);
  const fd = openSync(path, 'r');
  let length: number;
  try {
    length = readSync(fd, buffer, 0, buffer.length, 0);
  } finally {
    closeSync(fd);
  }
  const end = buffer.subarray(0, length).indexOf(0x0a);
  if (end < 0) return undefined;
  const line = buffer.toString('utf8', 0, end);
  const fields: unknown = JSON.parse(line);
  if (typeof fields !== 'object' || fields === null) throw new Error('not a spool file');
  const { runledgerSpool, host, pid, pidStartedAt, url } = fields as Record<string, unknown>;
  if (typeof runledgerSpool !== 'number') throw new Error('not a spool file');
  const start = pidStartedAt === null || pidStartedAt === undefined ? null : String(pidStartedAt);
  const header = {
    version: runledgerSpool,
    host: String(host),
    pid: Number(pid),
    pidStartedAt: start,
    url: String(url),
  };
  return { header, line, bytes: end + 1 };
}
