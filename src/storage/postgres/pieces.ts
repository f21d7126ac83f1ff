/** How long one piece may take, about: who waits for it, or for what it does to the machine, waits no longer. */
const pieceMs = 10;
/** After a piece, rest so many times as long as it took, so that the database is there for others. */
const restShare = 1;
const longestRestMs = 100;
const firstRows = 1_000;
/** Where pieces take longer than they should all the same, the machine is busy, and smaller ones would only be more. */
const fewestRows = 1_000;
const mostRows = 5_000;

/**
 * Does much work in small pieces with rests in between, until one does less than it might: who writes meanwhile should not
 * feel it. `work` is told how many rows to take at most, and gives how many it took; from how long that takes follows the
 * size of the next. Gives the sum; ends early, between two pieces, when the signal says so.
 */
export async function inPieces(work: (rows: number) => Promise<number>, signal?: AbortSignal): Promise<number> {
  let rows = firstRows;
  let total = 0;
  while (!signal?.aborted) {
    const start = performance.now();
    const done = await work(rows);
    const tookMs = performance.now() - start;
    total += done;
    if (done < rows) break;
    rows = Math.round(Math.min(mostRows, Math.max(fewestRows, rows * Math.min(2, pieceMs / tookMs))));
    await new Promise((resolve) => setTimeout(resolve, Math.min(longestRestMs, restShare * tookMs)));
  }
  return total;
}
