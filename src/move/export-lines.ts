import { copyLines, listMoved, type MovedRuns, type MovedSize, type RunPlace } from '../storage/move/export.ts';
import { formatVersion, lineStart } from '../storage/move/lines.ts';
import type { Session } from '../storage/move/session.ts';
import { countLine, kindOf, type LineCounts, noLines } from './line-kinds.ts';
import { linesOf, wholeLines } from './whole-lines.ts';

/** Bytes of one statement, about: much for the way there and back, little for memory. */
const pageBytes = 8_388_608;
const firstRuns = 20;
const mostRuns = 5_000;

/**
 * All lines of some runs, as bytes: a head, the runs in the order of their start, and an end that says how many lines there
 * were. How many runs one statement reads does not show in them. The session must be in a snapshot.
 */
export async function* exportLines(
  session: Session,
  moved: MovedRuns,
  { runs, lastEntry }: MovedSize,
  onProgress: (counts: Readonly<LineCounts>) => void,
): AsyncGenerator<Buffer> {
  const counts = noLines();
  yield Buffer.from(`${lineStart.ledger},"format":${formatVersion},"runs":${runs},"lastEntry":"${lastEntry}"}\n`);
  for await (const page of pagesOfRuns(session, moved)) {
    for await (const piece of wholeLines(copyLines(session, page.runIds))) {
      for (const { from } of linesOf(piece)) countLine(counts, kindOf(piece, from)!);
      page.bytes += piece.length;
      onProgress(counts);
      yield piece;
    }
  }
  const { steps, entries, requests } = counts;
  yield Buffer.from(
    `${lineStart.end},"runs":${counts.runs},"steps":${steps},"entries":${entries},"requests":${requests}}\n`,
  );
}

/** Runs that are read together: as many as make some megabytes, which whoever reads them notes in `bytes`. */
export async function* pagesOfRuns(
  session: Session,
  moved: MovedRuns,
): AsyncGenerator<{ runIds: string[]; bytes: number }> {
  let take = firstRuns;
  let last: RunPlace | null = null;
  for (;;) {
    const runs: RunPlace[] = await listMoved(session, moved, last, take);
    if (runs.length === 0) return;
    last = runs.at(-1)!;
    const page = { runIds: runs.map(({ id }) => id), bytes: 0 };
    yield page;
    const fitting = (runs.length * pageBytes) / Math.max(1, page.bytes);
    take = Math.round(Math.max(1, Math.min(mostRuns, 4 * take, fitting)));
  }
}
