import { join } from 'node:path';
import { createSpoolFile, type SpoolFileWriter } from './file.ts';
import { headerLine } from './header.ts';
import { directoryBytes, newSpoolName, type SpoolPlace } from './location.ts';
import { type Line, type Source, writeRejected } from './source.ts';

/** `start…` and `finish…` may exceed the bound by so much. */
const controlReserve = 1024 * 1024;
const maxMemoryBytes = 32 * 1024 * 1024;

/** The operations of this process that are not acknowledged yet. A line is in the file before `append` returns. */
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
  /** Has the system put the file on the disk, in the background. */
  sync(): void;
  /** Removes the file when nothing is left in it, else leaves it, on the disk, to the next process. */
  close(): void;
}

/** Makes the queue; the file is made with the first line. */
export function openQueue(place: SpoolPlace, url: string, warn: (message: string) => void): Queue {
  const { directory, maxBytes } = place;
  const base = join(directory, newSpoolName());
  const header = headerLine(url);
  const memory: Line[] = [];
  let memoryBytes = 0;
  /** Null when none can be made, or none is wanted any more. */
  let file: SpoolFileWriter | null | undefined;
  let others = 0;
  let othersReadAt = Number.NEGATIVE_INFINITY;
  const counts = { appended: 0, dropped: 0, refused: 0, rejected: 0 };

  function openFile(): SpoolFileWriter | null {
    if (file !== undefined) return file;
    try {
      file = createSpoolFile(base, header, warn);
    } catch (error) {
      file = null;
      warn(
        `no spool file can be written in ${directory} (${String(error)}): until delivered, entries are only in memory.`,
      );
    }
    return file;
  }

  /** Whether the directory has room; what others have in it is looked up at most every half a second. */
  function fits(own: number, bytes: number, control: boolean): boolean {
    const most = maxBytes + (control ? controlReserve : 0);
    const age = performance.now() - othersReadAt;
    if (age > 5_000 || (age > 500 && others + own + bytes > most)) {
      others = Math.max(0, directoryBytes(directory) - own);
      othersReadAt = performance.now();
    }
    return others + own + bytes <= most;
  }

  function refuse(why: string): false {
    if (counts.refused === 0)
      warn(`entries are refused: ${why}. They are counted, and the count is reported at the end.`);
    counts.refused += 1;
    return false;
  }

  return {
    directory,
    base,
    get appended() {
      return counts.appended;
    },
    get dropped() {
      return counts.dropped;
    },
    get refused() {
      return counts.refused;
    },
    get rejected() {
      return counts.rejected;
    },
    get inMemory() {
      return memory.length;
    },
    append(line, control = false) {
      const bytes = Buffer.byteLength(line);
      // What follows a line that is only in memory must wait behind it.
      const to = memory.length > 0 ? null : openFile();
      if (to && !fits(to.bytes, bytes, control))
        return refuse(`RUNLEDGER_SPOOL_MAX_BYTES (${maxBytes}) is reached in ${directory}`);
      if (!to?.append(line, bytes)) {
        if (memoryBytes + bytes > maxMemoryBytes) return refuse('no file can be written, and 32 MiB wait in memory');
        memory.push({ text: line.slice(0, -1), bytes });
        memoryBytes += bytes;
      }
      counts.appended += 1;
      return true;
    },
    peek(max) {
      if (file?.waits) return file.peek(max);
      let total = 0;
      const end = memory.findIndex(({ bytes }, index) => {
        total += bytes;
        return index > 0 && total > max;
      });
      return end < 0 ? [...memory] : memory.slice(0, end);
    },
    drop(lines) {
      counts.dropped += lines.length;
      const bytes = lines.reduce((sum, line) => sum + line.bytes, 0);
      if (file?.waits) return file.drop(bytes);
      memory.splice(0, lines.length);
      memoryBytes -= bytes;
    },
    setAside(line, code, message) {
      counts.rejected += 1;
      writeRejected(base, header.trimEnd(), line.text, code, message);
    },
    sync: () => file?.sync(),
    close() {
      file?.close();
      file = null;
    },
  };
}
