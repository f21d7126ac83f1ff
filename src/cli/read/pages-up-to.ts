import type { Page } from '@runledger/client/internal/pages';
import { formatCount } from '../../format/time.ts';
import type { Progress } from '../terminal/progress.ts';

const pageSize = 200;

/** What there is to ask for: so many, behind this cursor. */
interface Piece {
  readonly first: number;
  readonly after: string | null;
}

interface Wanted {
  readonly limit: number;
  /** What the progress calls them. */
  readonly things: string;
  readonly progress: Progress;
}

/** Pages of a list, until there are as many things as are wanted. Each is requested once the one before it is consumed. */
export async function* pagesUpTo<OnePage extends Page<unknown>>(
  { limit, things, progress }: Wanted,
  load: (piece: Piece) => Promise<OnePage>,
): AsyncGenerator<OnePage, void> {
  let read = 0;
  let after: string | null = null;
  do {
    const page: OnePage = await load({ first: Math.min(pageSize, limit - read), after });
    read += page.nodes.length;
    progress.tell(`${formatCount(read)} ${things} read`);
    yield page;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && read < limit);
}
