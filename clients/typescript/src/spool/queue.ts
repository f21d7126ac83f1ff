import { join } from 'node:path';
import type { LogCall } from '../log-input.ts';
import { createSpoolFile, type SpoolFileWriter } from './file.ts';
import { headerLine } from './header.ts';
import { additionTo, type LastLine, lastLineOf } from './last-line.ts';
import { directoryBytes, newSpoolName, type SpoolLocation } from './location.ts';
import { openMemoryLines } from './memory.ts';
import { appendRejected, type Refusal, recordOf } from './rejected.ts';
import type { Source } from './source.ts';

/** How far operations that start or finish something may exceed the bound. */
const controlReserveBytes = 1024 * 1024;

/** The operations of this process that are not acknowledged yet. A line is in the file when `append` returns. */
export interface Queue extends Source {
  /**
   * Adds a line, newline included, at the end. False when the bound has been reached: unless it is `tentative`, the line is
   * counted as refused then. `call`: what the line logs, where later calls may be added to it.
   */
  append(line: string, options?: { control?: boolean; call?: LogCall; tentative?: boolean }): boolean;
  /** Adds a call to the last line. False where that cannot be. */
  extend(call: LogCall): boolean;
  /** How many lines have ever been added. */
  readonly appended: number;
  /** How many lines have been taken off. */
  readonly removed: number;
  /** How many lines were refused because the bound had been reached. */
  readonly refused: number;
  /** How many lines were set aside because the service refused them. */
  readonly rejected: number;
  /** How many lines are in memory only, because no file could be written. */
  readonly inMemory: number;
  /** Syncs the file to disk, in the background. */
  sync(): void;
  /** Removes the file when it is empty; else says what is left in it, syncs it, and leaves it to the next process. */
  close(): void;
}

/** Hears of the lines of this process that the service refused, so that they need not be kept in a file. */
export type OnRejected = (line: string, refusal: Refusal) => void;

/** Opens the queue; its file is made when the first line is added. */
export function openQueue(
  location: SpoolLocation,
  url: string,
  warn: (message: string) => void,
  onRejected?: OnRejected,
): Queue {
  const { directory, maxBytes } = location;
  const base = join(directory, newSpoolName());
  const header = headerLine(url);
  const memory = openMemoryLines();
  /** Null when it could not be made, or has been closed. */
  let file: SpoolFileWriter | null | undefined;
  let last: LastLine | undefined;
  let othersBytes = 0;
  let othersReadAt = Number.NEGATIVE_INFINITY;
  const counts = { appended: 0, removed: 0, refused: 0, rejected: 0 };

  function openFile(): SpoolFileWriter | null {
    if (file !== undefined) return file;
    try {
      file = createSpoolFile(base, header, warn);
    } catch (error) {
      file = null;
      warn(
        `no spool file can be written in ${directory} (${String(error)}): entries are kept in memory until they are delivered.`,
      );
    }
    return file;
  }

  /** Whether the directory has room. What other processes have in it is read every half second at most. */
  function fits(own: SpoolFileWriter, bytes: number, control: boolean): boolean {
    const most = maxBytes + (control ? controlReserveBytes : 0);
    const age = performance.now() - othersReadAt;
    if (age > 5_000 || (age > 500 && othersBytes + own.bytes + bytes > most)) {
      othersBytes = Math.max(0, directoryBytes(directory) - own.bytes);
      othersReadAt = performance.now();
    }
    if (othersBytes + own.bytes + bytes > most) {
      own.makeRoom();
      last = undefined;
    }
    return othersBytes + own.bytes + bytes <= most;
  }

  function refuse(why: string): false {
    if (counts.refused === 0)
      warn(`entries are being dropped: ${why}. How many will be reported when the process ends.`);
    counts.refused += 1;
    return false;
  }

  const queue: Queue = {
    directory,
    base,
    get appended() {
      return counts.appended;
    },
    get removed() {
      return counts.removed;
    },
    get refused() {
      return counts.refused;
    },
    get rejected() {
      return counts.rejected;
    },
    get inMemory() {
      return memory.count;
    },
    append(line, { control = false, call, tentative = false } = {}) {
      const bytes = Buffer.byteLength(line);
      // While lines are in memory, those that follow must go there too, to keep the order.
      const target = memory.count > 0 ? null : openFile();
      if (target && !fits(target, bytes, control))
        return !tentative && refuse(`${directory} has reached RUNLEDGER_SPOOL_MAX_BYTES (${maxBytes})`);
      const isInFile = target?.append(line, bytes) === true;
      if (!isInFile && !memory.append(line, bytes))
        return !tentative && refuse('no file can be written, and memory holds 32 MiB already');
      last = isInFile && call ? lastLineOf(call, bytes) : undefined;
      counts.appended += 1;
      return true;
    },
    extend(call) {
      const addition = last && additionTo(last, call);
      if (!last || !addition || !file || !fits(file, addition.bytes, false)) return false;
      const { text, bytes, over, line } = addition;
      if (!last || !file.extend(text, bytes, over, last.bytes)) return false;
      last = line;
      return true;
    },
    peek(max) {
      const lines = file && !file.isEmpty ? file.peek(max) : memory.peek(max);
      return lines.map((line, index) => ({ ...line, number: counts.removed + index }));
    },
    remove(lines) {
      // Two may deliver the same, so as to make room: each line is taken off once.
      const left = lines.filter(({ number = counts.removed }) => number >= counts.removed);
      if (left.length === 0) return;
      counts.removed += left.length;
      if (file && !file.isEmpty) file.remove(left.reduce((sum, { bytes }) => sum + bytes, 0));
      else memory.remove(left.length);
    },
    setAside(text, refusal) {
      counts.rejected += 1;
      if (!onRejected) return appendRejected(base, header.trimEnd(), recordOf(text, refusal));
      onRejected(text, refusal);
      return undefined;
    },
    sync: () => file?.sync(),
    close() {
      reportLeft(queue, warn);
      file?.close();
      file = null;
    },
  };
  return queue;
}

/** Says what the process leaves behind undelivered. */
function reportLeft({ appended, removed, refused, inMemory, base }: Queue, warn: (message: string) => void): void {
  const inFile = appended - removed - inMemory;
  if (refused > 0) warn(`${refused} operations were dropped because the spool was full.`);
  if (inFile > 0)
    warn(
      `${inFile} operations have not been delivered yet and are kept in ${base}. The next process that logs delivers them, or \`npx runledger flush\`.`,
    );
  if (inMemory > 0) warn(`${inMemory} operations were in memory only and are lost.`);
}
