import { closeSync, fstatSync, openSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { RunledgerError } from '../errors.ts';
import { claim } from './claim.ts';
import { deliveryOf, type Post } from './deliver.ts';
import { freshHeader, noteDelivered, type ReadHeader, readHeader, type SpoolHeader } from './header.ts';
import { isAlive, listSpoolFiles, type SpoolFile } from './location.ts';
import { appendRejected, recordOf } from './rejected.ts';
import { readLines, type Source } from './source.ts';

export interface LeftoverOptions {
  readonly directory: string;
  /** How to send the operations of a file; undefined to leave the file alone. */
  readonly postFor: (header: SpoolHeader) => Post | undefined;
  readonly warn: (message: string) => void;
  /** Delivers the files of other hosts too, taking their processes for dead. */
  readonly anyHost?: boolean;
  /** Asked between requests: true to stop, and give the file under way back. */
  readonly isOver?: () => boolean;
}

/** What became of the operations that other processes had left. */
export interface LeftoverReport {
  delivered: number;
  rejected: number;
  /** The files that could not be delivered now, and why. */
  readonly kept: { readonly path: string; readonly error: RunledgerError | undefined }[];
}

/** The header of a file whose owner has ended; undefined when the file must be left alone. */
function readAbandoned(file: SpoolFile, { anyHost, warn }: LeftoverOptions): ReadHeader | undefined {
  let read: ReadHeader | undefined;
  try {
    read = readHeader(file.path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error))
      warn(`${file.path} is not a spool file that this version can read.`);
    return undefined;
  }
  if (!read) {
    if (!isAlive(file.pid, null)) rmSync(file.path, { force: true });
    return undefined;
  }
  const { host, pid, pidStartedAt, version } = read.header;
  if (version !== 1)
    warn(`${file.path} has format version ${version}, which this program cannot read: it is left alone.`);
  if (version !== 1 || (file.claimer && isAlive(file.claimer.pid, file.claimer.start))) return undefined;
  return (host === hostname() ? !isAlive(pid, pidStartedAt) : anyHost) ? read : undefined;
}

function sourceOf(fd: number, base: string, header: ReadHeader, report: LeftoverReport): Source {
  const size = fstatSync(fd).size;
  let head = header.delivered;
  return {
    directory: dirname(base),
    base,
    // A last line without a newline is a torn write: the call that made it never returned.
    peek: (maxBytes) => readLines(fd, head, size, maxBytes),
    remove(lines) {
      for (const { bytes } of lines) head += bytes;
      noteDelivered(fd, header.line, head);
      report.delivered += lines.length;
    },
    setAside(text, refusal, part) {
      const path = appendRejected(base, freshHeader(header.line), recordOf(text, refusal));
      report.rejected += 1;
      if (part === 'line') report.delivered -= 1;
      return path;
    },
  };
}

/**
 * Delivers what processes that have ended left in the directory, oldest first. What cannot be delivered now stays there
 * and is in the report; nothing is thrown for what the service or the network does.
 */
export async function deliverLeftovers(options: LeftoverOptions): Promise<LeftoverReport> {
  const { directory, postFor, warn, isOver = () => false } = options;
  const report: LeftoverReport = { delivered: 0, rejected: 0, kept: [] };
  for (const file of listSpoolFiles(directory)) {
    if (isOver()) break;
    const header = readAbandoned(file, options);
    const post = header && postFor(header.header);
    const path = post && claim(file.path, file.base);
    if (!path) continue;
    const fd = openSync(path, 'r+');
    let error: RunledgerError | undefined;
    let done = false;
    try {
      const delivery = deliveryOf(sourceOf(fd, file.base, header, report), post, warn);
      while (!done && !isOver()) done = !(await delivery.next());
    } catch (reason) {
      if (!(reason instanceof RunledgerError)) throw reason;
      error = reason;
    } finally {
      closeSync(fd);
      if (done) unlinkSync(path);
      else renameSync(path, file.base);
    }
    if (!done) report.kept.push({ path: file.base, error });
  }
  return report;
}
