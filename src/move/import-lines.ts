import { isOwnLedger, reserveIds } from '../storage/move/ids.ts';
import { prepareImport } from '../storage/move/import.ts';
import { formatVersion } from '../storage/move/lines.ts';
import type { Session } from '../storage/move/session.ts';
import { MoveError } from './error.ts';
import { type Batch, beginBatch, commitBatch, type ImportOptions } from './import-batch.ts';
import { countLine, kindOf, type LineCounts, noLines } from './line-kinds.ts';
import { linesOf, wholeLines } from './whole-lines.ts';

/** Lines of one transaction: it ends with the first run behind so many. A run is in one transaction, however large it is. */
const linesAtOnce = 20_000;

/** What came of the runs of a file. */
export type Imported = { added: number; present: number };

type Progress = { runs: number; lines: Readonly<LineCounts> };

/**
 * Reads a file of lines into the ledger, run by run: each with all that belongs to it, or not at all. A run that is there
 * already is compared, to the byte, and left as it is; so the same file can be read again, and goes on where it was broken off.
 * @throws MoveError for a file that is none, is cut off or does not fit; what was read before that stays.
 */
export async function importLines(
  session: Session,
  source: AsyncIterable<Buffer>,
  options: ImportOptions,
  onProgress: (progress: Progress) => void,
): Promise<Imported> {
  const counts = noLines();
  const imported = { added: 0, present: 0 };
  let [line, head, isEnded] = [0, null as Head | null, false];
  let batch: Batch | null = null;

  async function finish(): Promise<void> {
    if (!batch) return;
    const whole = batch;
    batch = null;
    const { added, present } = await commitBatch(whole, line - 1);
    imported.added += added;
    imported.present += present;
  }

  await prepareImport(session);
  let takenUpTo = 0n;
  try {
    for await (const piece of wholeLines(source)) {
      let unsent = 0;
      for (const { from, to } of linesOf(piece)) {
        line += 1;
        const kind = kindOf(piece, from);
        const text = () => piece.toString('utf8', from, to - 1);
        if (isEnded) throw new MoveError(`Line ${line}: there is more behind the end. Import files one by one.`);
        if (line === 1) {
          head = parseHead(kind === 'ledger' ? text() : '');
          const before = await reserveIds(session, head.lastEntry);
          takenUpTo = (await isOwnLedger(session, head.runs, head.lastEntry)) ? 0n : before;
        } else if (kind === 'end') {
          await batch?.write(piece.subarray(unsent, from));
          await finish();
          checkEnd(text(), counts);
          isEnded = true;
        } else if (kind === null || kind === 'ledger') {
          throw new MoveError(`Line ${line} is no line of an export: ${text().slice(0, 80)}`);
        } else {
          if (kind === 'run') {
            if (batch && batch.lines >= linesAtOnce) {
              await batch.write(piece.subarray(unsent, from));
              await finish();
              unsent = from;
              onProgress({ runs: head!.runs, lines: counts });
            }
            batch ??= await beginBatch(session, options, { takenUpTo, firstLine: line });
            batch.runIds.push(parseRunId(text(), line));
          } else if (!batch) throw new MoveError(`Line ${line} stands before the line of its run.`);
          batch.lines += 1;
          countLine(counts, kind);
        }
        if (line === 1 || isEnded) unsent = to;
      }
      await batch?.write(piece.subarray(unsent));
    }
    if (!isEnded)
      throw new MoveError(`The file ends before its end, after ${line} lines: it was cut off. Export it again.`);
    return imported;
  } catch (error) {
    await batch?.abandon();
    throw error;
  }
}

type Head = { runs: number; lastEntry: bigint };

function parseHead(text: string): Head {
  const head = text === '' ? null : (parse(text) as { format?: unknown; runs?: unknown; lastEntry?: unknown } | null);
  if (typeof head?.format !== 'number' || typeof head.runs !== 'number' || !/^\d{1,19}$/.test(String(head.lastEntry)))
    throw new MoveError(
      'This is no export of a ledger: it does not begin as one. Give a file that "runledger export" has written.',
    );
  if (head.format > formatVersion)
    throw new MoveError(
      'The file was written by a newer version of Runledger: import it with that version, or a newer one.',
    );
  return { runs: head.runs, lastEntry: BigInt(String(head.lastEntry)) };
}

function parseRunId(text: string, line: number): string {
  const { id } = (parse(text) ?? {}) as { id?: unknown };
  if (typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new MoveError(`Line ${line} is no run: ${text.slice(0, 80)}`);
}

function checkEnd(text: string, counts: LineCounts): void {
  const said = parse(text) as Partial<LineCounts> | null;
  for (const name of ['runs', 'steps', 'entries', 'requests'] as const) {
    if (said?.[name] !== counts[name])
      throw new MoveError(
        `The file says that it has ${said?.[name]} ${name}, and has ${counts[name]}: it is not whole. Export it again.`,
      );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
