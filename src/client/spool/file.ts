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

/** A file is rewritten once this much of it has been acknowledged and little is left. */
const compactBytes = 4 * 1024 * 1024;

/** The spool file of this process: lines are added at the end, and read and taken off at the front. */
export interface SpoolFileWriter {
  /** The size of the file. */
  readonly bytes: number;
  /** Whether it has no lines. */
  readonly isEmpty: boolean;
  /** Writes a line, newline included, in one piece. False when that failed, and then nothing of it is in the file. */
  append(line: string, bytes: number): boolean;
  peek(maxBytes: number): Line[];
  /** Takes that many bytes, which are complete lines, off the front. */
  remove(bytes: number): void;
  /** Syncs it to disk: in the background, or before returning with `now`. */
  sync(now?: boolean): void;
  /** Removes the file when it is empty; else syncs it. */
  close(): void;
}

/** Makes the file, and its directory if need be. Throws what the file system throws. */
export function createSpoolFile(base: string, header: string, warn: (message: string) => void): SpoolFileWriter {
  mkdirSync(dirname(base), { recursive: true, mode: 0o700 });
  let fd = openSync(base, 'ax+', 0o600);
  const headerBytes = writeSync(fd, header);
  let head = headerBytes;
  let size = headerBytes;
  let synced = headerBytes;
  let broken = false;

  /** Replaces a file that is mostly acknowledged by its header and what is left. */
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
    get isEmpty() {
      return head === size;
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
      warn(`writing to ${base} failed (${why}): entries are kept in memory.`);
      try {
        ftruncateSync(fd, size);
      } catch {
        // Half a line remains at the end. Nothing may follow it: a reader would take both for one line.
        broken = true;
      }
      return false;
    },
    peek: (maxBytes) => readLines(fd, head, size, maxBytes),
    remove(bytes) {
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
        // The file stays as it is, for the next process to deliver.
      }
    },
  };
}
