import type { OptionNames } from './check-options.ts';
import { badInput } from './errors.ts';
import type { ReadOptions } from './execute.ts';

const maxPageSize = 200;

export interface PageOptions extends ReadOptions {
  /** How many to request at once: 1 to 200. Default: 100. */
  readonly pageSize?: number;
}

export const pageOptionNames: OptionNames<PageOptions> = { pageSize: true, signal: true };

/** The `pageSize` of some options. Throws an InvalidCallError by that name, where the service would call it `first`. */
export function pageSizeOf(call: string, options: { readonly pageSize?: number } | undefined): number {
  const { pageSize = 100 } = options ?? {};
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= maxPageSize) return pageSize;
  throw badInput(`${call}: pageSize must be an integer from 1 to ${maxPageSize}, not ${String(pageSize)}.`);
}

/** One page of a connection. */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All nodes of a connection. Each page is requested once the one before it has been consumed. */
export async function* eachOf<Node>(load: (after: string | null) => Promise<Page<Node>>): AsyncGenerator<Node, void> {
  let after: string | null = null;
  do {
    const page: Page<Node> = await load(after);
    yield* page.nodes;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
}
