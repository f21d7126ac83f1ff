import { closeSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { RunledgerError } from '../errors.ts';
import { claim } from './claim.ts';
import { deliveryOf } from './deliver.ts';
import { readHeader } from './header.ts';
import type { LeftoverOptions, LeftoverReport } from './leftovers.ts';
import { isAlive, listRejectedFiles } from './location.ts';
import { appendRejected, parseRecord, type Refusal, recordOf } from './rejected.ts';
import { type Line, readLines, type Source } from './source.ts';

/** What one `.rejected` file holds. */
export interface RejectedFile {
  readonly path: string;
  readonly url: string;
  readonly refusals: readonly Refusal[];
}

/** A file of records that is open for reading, without the records of operations that were delivered or refused again. */
interface Records extends Source {
  /** The texts of the records that are left. */
  rest(): string[];
}

function openRecords(
  fd: number,
  base: string,
  header: { readonly line: string; readonly bytes: number },
  report: LeftoverReport,
): Records {
  let head = header.bytes;
  // Asked each time: a process that is still running may have had the file open.
  const size = () => fstatSync(fd).size;
  const read = (maxBytes: number): Line[] => readLines(fd, head, size(), maxBytes);
  return {
    directory: dirname(base),
    base,
    peek: (maxBytes) => read(maxBytes).map(({ text, bytes }) => ({ text: parseRecord(text).line, bytes })),
    remove(lines) {
      for (const { bytes } of lines) head += bytes;
      report.delivered += lines.length;
    },
    setAside(text, refusal, part) {
      const path = appendRejected(base, header.line, recordOf(text, refusal));
      report.rejected += 1;
      if (part === 'line') report.delivered -= 1;
      return path;
    },
    rest: () => read(Number.POSITIVE_INFINITY).map(({ text }) => text),
  };
}

/** The header of a file of records; undefined, with a warning, when there is none that this version can read. */
function readRecordsHeader(path: string, warn: (message: string) => void): ReturnType<typeof readHeader> {
  try {
    const read = readHeader(path);
    if (read?.header.version === 1) return read;
  } catch {
    // Reported like any other file that cannot be read.
  }
  warn(`${path} is not a file of refused operations that this version can read: it is left alone.`);
  return undefined;
}

/**
 * Delivers once more what the service has refused. `tell` hears of each file before its turn. What is refused again goes
 * back, with the new reason; so does what cannot be delivered now, which is in the report. Nothing is thrown for what the
 * service or the network does.
 */
export async function retryRejected(
  { directory, postFor, warn }: LeftoverOptions,
  tell: (file: RejectedFile) => void,
): Promise<LeftoverReport> {
  const report: LeftoverReport = { delivered: 0, rejected: 0, kept: [] };
  for (const file of listRejectedFiles(directory)) {
    if (file.claimer && isAlive(file.claimer.pid, file.claimer.start)) continue;
    const header = readRecordsHeader(file.path, warn);
    const post = header && postFor(header.header);
    const path = post && claim(file.path, `${file.base}.rejected`);
    if (!path) continue;
    const fd = openSync(path, 'r');
    const records = openRecords(fd, file.base, header, report);
    try {
      const refusals = records.rest().map((record) => parseRecord(record).refusal);
      tell({ path: `${file.base}.rejected`, url: header.header.url, refusals });
      const delivery = deliveryOf(records, post, warn);
      while (await delivery.next());
    } catch (error) {
      if (!(error instanceof RunledgerError)) throw error;
      report.kept.push({ path: `${file.base}.rejected`, error });
    } finally {
      const rest = records.rest();
      if (rest.length > 0) appendRejected(file.base, header.line, rest.map((record) => `${record}\n`).join(''));
      closeSync(fd);
      unlinkSync(path);
    }
  }
  return report;
}
