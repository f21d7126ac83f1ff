/** One page of a connection. */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All nodes of a connection, page by page: the next page is asked for when the one before has been taken. */
export async function* eachOf<Node>(load: (after: string | null) => Promise<Page<Node>>): AsyncGenerator<Node, void> {
  let after: string | null = null;
  do {
    const page: Page<Node> = await load(after);
    yield* page.nodes;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
}
