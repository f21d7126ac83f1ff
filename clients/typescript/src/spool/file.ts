import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { noteDelivered } from './header.ts';
import { type Line, readLines } from './source.ts';
import { writeAt } from './write-at.ts';

/** So much that is delivered is cut off, once less than that is left: each byte is copied once, at most. */
const compactBytes = 4 * 1024 * 1024;
const copyBytes = 4 * 1024 * 1024;
const pageBytes = 4096;

/** The spool file of this process: lines are added at the end, and read and taken off at the front. */
export interface SpoolFileWriter {
  /** The size of the file. */
  readonly bytes: number;
  /** Whether it has no lines. */
  readonly isEmpty: boolean;
  /** Writes a line, newline included, in one piece. False when that failed, and then nothing of it is in the file. */
  append(line: string, bytes: number): boolean;
  /**
   * Writes `text` over the last `over` bytes of the last line, which began `lineBytes` before the end. False, and nothing is
   * changed, where the line has been read or synced, or a process that is killed meanwhile might leave half of it.
   */
  extend(text: string, bytes: number, over: number, lineBytes: number): boolean;
  peek(maxBytes: number): Line[];
  /** Takes that many bytes, which are complete lines, off the front. */
  remove(bytes: number): void;
  /** Cuts off what is delivered, where that is much of the file. */
  makeRoom(): void;
  /** Syncs it to disk: in the background, or before returning with `now`. */
  sync(now?: boolean): void;
  /** Removes the file when it is empty; else syncs it. */
  close(): void;
}

/** Makes the file, and its directory if need be. Throws what the file system throws. */
export function createSpoolFile(base: string, header: string, warn: (message: string) => void): SpoolFileWriter {
  mkdirSync(dirname(base), { recursive: true, mode: 0o700 });
  let fd = openSync(base, 'wx+', 0o600);
  const headerBytes = writeAt(fd, header, 0);
  let head = headerBytes;
  let size = headerBytes;
  let synced = headerBytes;
  /** What is before it has been read for delivery, and is not to be changed. */
  let read = headerBytes;
  let broken = false;

  /** Replaces the file by its header and what is left. */
  function compact(): void {
    const path = `${base}.tmp`;
    const next = openSync(path, 'w+', 0o600);
    const gone = head - headerBytes;
    try {
      writeAt(next, header, 0);
      const buffer = Buffer.allocUnsafe(Math.min(copyBytes, size - head));
      for (let from = head; from < size; ) {
        const length = readSync(fd, buffer, 0, Math.min(buffer.length, size - from), from);
        if (length === 0 || writeSync(next, buffer, 0, length, from - gone) !== length) throw new Error('short write');
        from += length;
      }
      renameSync(path, base);
    } catch (error) {
      closeSync(next);
      rmSync(path, { force: true });
      throw error;
    }
    closeSync(fd);
    fd = next;
    size -= gone;
    read = Math.max(headerBytes, read - gone);
    head = synced = headerBytes;
  }

  function shorten(cut: () => void): void {
    try {
      cut();
    } catch (error) {
      warn(`shortening ${base} failed: ${String(error)}`);
    }
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
        if (writeAt(fd, line, size) === bytes) {
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
    extend(text, bytes, over, lineBytes) {
      const at = size - over;
      const isWithinPage = Math.floor(at / pageBytes) === Math.floor((at + bytes - 1) / pageBytes);
      if (broken || !isWithinPage || size - lineBytes < read || synced > size - lineBytes) return false;
      try {
        if (writeAt(fd, text, at) !== bytes) return false;
      } catch {
        return false;
      }
      size = at + bytes;
      return true;
    },
    peek(maxBytes) {
      const lines = readLines(fd, head, size, maxBytes);
      read = Math.max(
        read,
        lines.reduce((end, { bytes }) => end + bytes, head),
      );
      return lines;
    },
    remove(bytes) {
      head += bytes;
      shorten(() => {
        if (head === size) {
          ftruncateSync(fd, headerBytes);
          head = size = synced = read = headerBytes;
        } else if (head - headerBytes > compactBytes && size - head <= head - headerBytes) compact();
        noteDelivered(fd, header, head === headerBytes ? 0 : head);
      });
    },
    makeRoom() {
      if (head - headerBytes > size / 4) shorten(compact);
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
