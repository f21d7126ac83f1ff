import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';

/** One line of a spool file, and how many bytes it takes there with its newline. */
export interface Line {
  readonly text: string;
  readonly bytes: number;
}

/** Operations that wait to be delivered, taken from the front. */
export interface Source {
  readonly directory: string;
  /** The path of the file, without the suffix of a claim. */
  readonly base: string;
  /** The lines at the front, up to about `maxBytes`; at least one when there is any. */
  peek(maxBytes: number): Line[];
  /** Takes the first lines off: they are acknowledged, or set aside. */
  drop(lines: readonly Line[]): void;
  /** Writes a refused line to the `.rejected` file. Does not take it off. */
  setAside(line: Line, code: string, message: string): void;
}

/** The whole lines of a file between two offsets: up to about `maxBytes`, at least one when there is any. */
export function readLines(fd: number, from: number, to: number, maxBytes: number): Line[] {
  for (let length = Math.min(maxBytes, to - from); length > 0; length = Math.min(length * 4, to - from)) {
    const buffer = Buffer.allocUnsafe(length);
    const data = buffer.subarray(0, readSync(fd, buffer, 0, length, from));
    const lines: Line[] = [];
    for (let start = 0, end = data.indexOf(10); end >= 0; start = end + 1, end = data.indexOf(10, start))
      lines.push({ text: data.toString('utf8', start, end), bytes: end + 1 - start });
    if (lines.length > 0 || length === to - from || data.length < length) return lines;
  }
  return [];
}

/** Appends a refused line, with the reason, to the `.rejected` file of `base`, and syncs it. */
export function writeRejected(base: string, header: string, line: string, code: string, message: string): void {
  const reason = JSON.stringify({ code, message, at: new Date().toISOString() });
  const record =
    line.startsWith('{"op":') && line.endsWith('}')
      ? `${line.slice(0, -1)},"rejected":${reason}}\n`
      : `{"raw":${JSON.stringify(line)},"rejected":${reason}}\n`;
  const fd = openSync(`${base}.rejected`, 'a', 0o600);
  try {
    writeSync(fd, fstatSync(fd).size === 0 ? `${header}\n${record}` : record);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
