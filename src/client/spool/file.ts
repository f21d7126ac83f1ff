import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Line, readLines } from './source.ts';

/** A file is rewritten when so much of it is acknowledged, and little is left. */
const compactBytes = 4 * 1024 * 1024;

/** The spool file of this process: appended to at its end, read and dropped from at its front. */
export interface SpoolFileWriter {
  /** How large the file is. */
  readonly bytes: number;
  /** Whether lines wait in it. */
  readonly waits: boolean;
  /** Writes a line, with its newline, in one piece. False, and nothing is written, when that fails. */
  append(line: string, bytes: number): boolean;
  peek(maxBytes: number): Line[];
  /** Takes the first bytes off, which are whole lines. */
  drop(bytes: number): void;
  /** Has the system put it on the disk, in the background; when it must be done before returning, `now`. */
  sync(now?: boolean): void;
  /** Removes the file when nothing waits in it. */
  close(): void;
}

/** Makes the file, and its directory. Throws what the system throws. */
export function createSpoolFile(base: string, header: string, warn: (message: string) => void): SpoolFileWriter {
  mkdirSync(dirname(base), { recursive: true, mode: 0o700 });
  let fd = openSync(base, 'ax+', 0o600);
  const headerBytes = writeSync(fd, header);
  let head = headerBytes;
  let size = headerBytes;
  let synced = headerBytes;
  let broken = false;

  /** Puts header and remainder in the place of a file that is mostly acknowledged. */
  function compact(): void {
    const rest = readLines(fd, head, size, size - head);
    const path = `${base}.tmp`;
    const next = openSync(path, 'a+', 0o600);
    try {
      ftruncateSync(next, 0);
      const written = writeSync(next, header + rest.map(({ text }) => `${text}\n`).join(''));
      if (written !== headerBytes + size - head) throw new Error('short write');
      renameSync(path, base);
    } catch (error) {
      closeSync(next);
      throw error;
    }
    closeSync(fd);
    fd = next;
    size = headerBytes + size - head;
    head = synced = headerBytes;
  }

  return {
    get bytes() {
      return size;
    },
    get waits() {
      return head < size;
    },
    append(line, bytes) {
      if (broken) return false;
      let why = 'only part of it was written';
      try {
        if (writeSync(fd, line) === bytes) {
          size += bytes;
          return true;
        }
      } catch (error) {
        why = String(error);
      }
      warn(`writing to ${base} failed (${why}): entries wait in memory.`);
      try {
        ftruncateSync(fd, size);
      } catch {
        // Half a line stays behind the others. Nothing may follow it: the reader would take both for one.
        broken = true;
      }
      return false;
    },
    peek: (maxBytes) => readLines(fd, head, size, maxBytes),
    drop(bytes) {
      head += bytes;
      try {
        if (head === size) {
          ftruncateSync(fd, headerBytes);
          head = size = synced = headerBytes;
        } else if (head > compactBytes && size - head < compactBytes / 4) compact();
      } catch (error) {
        warn(`shortening ${base} failed: ${String(error)}`);
      }
    },
    sync(now = false) {
      if (synced >= size) return;
      const goal = size;
      const file = fd;
      if (now) return fdatasyncSync(file);
      fdatasync(file, (error) => {
        if (!error && file === fd) synced = Math.max(synced, Math.min(goal, size));
      });
    },
    close() {
      try {
        if (head === size) unlinkSync(base);
        else this.sync(true);
        closeSync(fd);
      } catch {
        // The file stays as it is, and the next process looks after it.
      }
    },
  };
}
