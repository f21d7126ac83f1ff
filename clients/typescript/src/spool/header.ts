import { closeSync, openSync, readSync } from 'node:fs';
import { hostname } from 'node:os';
import { startOf } from './location.ts';
import { writeAt } from './write-at.ts';

/** The first line of a spool file: which process owns it, and where its operations go. */
export interface SpoolHeader {
  readonly version: number;
  readonly host: string;
  readonly pid: number;
  readonly pidStartedAt: string | null;
  readonly url: string;
}

export interface ReadHeader {
  readonly header: SpoolHeader;
  readonly line: string;
  readonly bytes: number;
  readonly delivered: number;
}

/** The last field of a header line: its number has a fixed width, so that it can be written over. */
const deliveredPattern = /,"delivered":([ \d]{20})\}\n?$/;

function deliveredField(offset: number): string {
  return `,"delivered":${String(offset).padStart(20)}}`;
}

/** The header line of this process, with its newline. */
export function headerLine(url: string): string {
  const pidStartedAt = startOf(process.pid) ?? null;
  const fields = JSON.stringify({ runledgerSpool: 1, host: hostname(), pid: process.pid, pidStartedAt, url });
  return `${fields.slice(0, -1)}${deliveredField(0)}\n`;
}

/** The header line for another file with lines of this one: nothing of that is delivered. */
export function freshHeader(line: string): string {
  return line.replace(deliveredPattern, deliveredField(0));
}

/**
 * Notes in the file, of which `line` is the header, how far it is delivered, so that nobody begins from its start again. In a
 * file of an older version there is no room for it, and it stays as it is.
 */
export function noteDelivered(fd: number, line: string, offset: number): void {
  const match = deliveredPattern.exec(line);
  if (!match) return;
  const position = Buffer.byteLength(line.slice(0, match.index)) + ',"delivered":'.length;
  try {
    writeAt(fd, String(offset).padStart(20), position);
  } catch {
    // Then it is delivered once more, which does no harm.
  }
}

/** Where the first line begins that is not delivered. */
function deliveredTo(fd: number, line: string, headerBytes: number): number {
  const offset = Number(deliveredPattern.exec(line)?.[1] ?? 0);
  const before = Buffer.alloc(1);
  const isEndOfLine = offset > headerBytes && readSync(fd, before, 0, 1, offset - 1) === 1 && before[0] === 0x0a;
  return isEndOfLine ? offset : headerBytes;
}

/**
 * The header of a file, its line, the length of that line in bytes, and how far the file is delivered. Undefined when the first line is incomplete.
 * Throws when the file cannot be read, or its first line is not a header.
 */
export function readHeader(path: string): ReadHeader | undefined {
  const buffer = Buffer.alloc(65_536);
  const fd = openSync(path, 'r');
  try {
    const length = readSync(fd, buffer, 0, buffer.length, 0);
    const end = buffer.subarray(0, length).indexOf(0x0a);
    if (end < 0) return undefined;
    const line = buffer.toString('utf8', 0, end);
    return { header: parseHeader(line), line, bytes: end + 1, delivered: deliveredTo(fd, line, end + 1) };
  } finally {
    closeSync(fd);
  }
}

function parseHeader(line: string): SpoolHeader {
  const fields: unknown = JSON.parse(line);
  if (typeof fields !== 'object' || fields === null) throw new Error('not a spool file');
  const { runledgerSpool, host, pid, pidStartedAt, url } = fields as Record<string, unknown>;
  if (typeof runledgerSpool !== 'number') throw new Error('not a spool file');
  const start = pidStartedAt === null || pidStartedAt === undefined ? null : String(pidStartedAt);
  return { version: runledgerSpool, host: String(host), pid: Number(pid), pidStartedAt: start, url: String(url) };
}
