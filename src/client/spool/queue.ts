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
import { join } from 'node:path';
import { headerLine } from './header.ts';
import { directoryBytes, newSpoolName, type SpoolPlace } from './place.ts';
import { type Line, readLines, type Source, writeRejected } from './source.ts';

/** `start…` and `finish…` may exceed the bound by so much. */
const controlReserve = 1024 * 1024;
const compactBytes = 4 * 1024 * 1024;
const maxMemoryBytes = 32 * 1024 * 1024;

/** The operations of this process that are not acknowledged yet. The file is the queue: a line is in it before `append` returns. */
export interface Queue extends Source {
  /** Puts a line, with its newline, behind the others. False when the bound is reached: it is refused. */
  append(line: string, control?: boolean): boolean;
  /** How many lines were ever appended, and taken off. */
  readonly appended: number;
  readonly dropped: number;
  /** How many were refused for want of room, and set aside because the service refused them. */
  readonly refused: number;
  readonly rejected: number;
  /** How many wait in memory only, since no file could be written. */
  readonly inMemory: number;
  /** Has the system write the file to the disk, in the background; when it must be done before returning, `now`. */
  sync(now?: boolean): void;
  /** Removes the file when nothing is left in it, else leaves it to the next process. */
  close(): void;
}

/** Makes the queue; the file is made with the first line. */
export function openQueue(place: SpoolPlace, url: string, warn: (message: string) => void): Queue {
  const { directory, maxBytes } = place;
  const base = join(directory, newSpoolName());
  const header = headerLine(url);
  const headerBytes = Buffer.byteLength(header);
  const memory: Line[] = [];
  let memoryBytes = 0;
  let fd: number | undefined;
  let broken = false;
  let head = 0;
  let size = 0;
  let synced = 0;
  let others = 0;
  let othersReadAt = Number.NEGATIVE_INFINITY;
  let appended = 0;
  let dropped = 0;
  let refused = 0;
  let rejected = 0;

  function openFile(): number | undefined {
    if (fd !== undefined || broken) return fd;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      fd = openSync(base, 'ax+', 0o600);
      writeSync(fd, header);
      head = size = synced = headerBytes;
    } catch (error) {
      broken = true;
      warn(
        `no spool file can be written in ${directory} (${String(error)}): until delivered, entries are only in memory.`,
      );
    }
    return fd;
  }

  function fits(bytes: number, control: boolean): boolean {
    const most = maxBytes + (control ? controlReserve : 0);
    const age = performance.now() - othersReadAt;
    if (age > 5_000 || (age > 500 && others + size + bytes > most)) {
      others = Math.max(0, directoryBytes(directory) - size);
      othersReadAt = performance.now();
    }
    return others + size + bytes <= most;
  }

  function write(file: number, line: string, bytes: number): boolean {
    try {
      if (writeSync(file, line) === bytes) {
        size += bytes;
        return true;
      }
      warn(`writing to ${base} stopped half-way: entries wait in memory.`);
    } catch (error) {
      warn(`writing to ${base} failed (${String(error)}): entries wait in memory.`);
    }
    try {
      ftruncateSync(file, size);
    } catch {
      // Then the half line stays; it is behind `size`, and what comes after waits in memory.
      broken = true;
    }
    return false;
  }

  function refuse(why: string): false {
    if (refused === 0) warn(`entries are refused: ${why}. They are counted, and the count is reported at the end.`);
    refused += 1;
    return false;
  }

  /** Puts header and remainder in the place of a file that is mostly acknowledged. */
  function compact(file: number): void {
    const rest = readLines(file, head, size, size - head);
    const content = header + rest.map(({ text }) => `${text}\n`).join('');
    const path = `${base}.tmp`;
    const next = openSync(path, 'a+', 0o600);
    try {
      ftruncateSync(next, 0);
      writeSync(next, content);
      renameSync(path, base);
    } catch (error) {
      closeSync(next);
      throw error;
    }
    closeSync(file);
    fd = next;
    head = synced = headerBytes;
    size = Buffer.byteLength(content);
  }

  function shrink(file: number): void {
    try {
      if (head === size) {
        ftruncateSync(file, headerBytes);
        head = size = synced = headerBytes;
      } else if (head > compactBytes && size - head < compactBytes / 4) compact(file);
    } catch (error) {
      warn(`shortening ${base} failed: ${String(error)}`);
    }
  }

  return {
    directory,
    base,
    get appended() {
      return appended;
    },
    get dropped() {
      return dropped;
    },
    get refused() {
      return refused;
    },
    get rejected() {
      return rejected;
    },
    get inMemory() {
      return memory.length;
    },
    append(line, control = false) {
      const bytes = Buffer.byteLength(line);
      const file = memory.length > 0 ? undefined : openFile();
      if (file !== undefined && !broken) {
        if (!fits(bytes, control)) return refuse(`RUNLEDGER_SPOOL_MAX_BYTES (${maxBytes}) is reached in ${directory}`);
        if (write(file, line, bytes)) {
          appended += 1;
          return true;
        }
      }
      if (memoryBytes + bytes > maxMemoryBytes) return refuse('no file can be written, and 32 MiB wait in memory');
      memory.push({ text: line.slice(0, -1), bytes });
      memoryBytes += bytes;
      appended += 1;
      return true;
    },
    peek(max) {
      if (fd !== undefined && head < size) return readLines(fd, head, size, max);
      const lines: Line[] = [];
      let total = 0;
      for (const line of memory) {
        total += line.bytes;
        if (lines.length > 0 && total > max) break;
        lines.push(line);
      }
      return lines;
    },
    drop(lines) {
      dropped += lines.length;
      const bytes = lines.reduce((sum, line) => sum + line.bytes, 0);
      if (fd !== undefined && head < size) {
        head += bytes;
        shrink(fd);
      } else {
        memory.splice(0, lines.length);
        memoryBytes -= bytes;
      }
    },
    setAside(line, code, message) {
      rejected += 1;
      writeRejected(base, header.trimEnd(), line.text, code, message);
    },
    sync(now = false) {
      if (fd === undefined || synced >= size) return;
      const goal = size;
      const file = fd;
      if (now) fdatasyncSync(file);
      else
        fdatasync(file, (error) => {
          if (!error && file === fd) synced = Math.max(synced, Math.min(goal, size));
        });
    },
    close() {
      if (fd === undefined) return;
      try {
        if (head === size) unlinkSync(base);
        else this.sync(true);
        closeSync(fd);
      } catch {
        // The file stays as it is, and the next process looks after it.
      }
      fd = undefined;
      broken = true;
    },
  };
}
