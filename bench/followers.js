/**
 * Opens streams of all changes, and reads them as they come, until they are closed.
 * @param {string} url @param {number} count
 * @returns {Promise<() => Promise<void>>} closes them. @throws when one of them was told of nothing
 */
export async function openFollowers(url, count) {
  const closed = new AbortController();
  const told = new Array(count).fill(0);
  const streams = await Promise.all(
    told.map(async (_, follower) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: 'subscription { changes { __typename cursor } }' }),
        signal: closed.signal,
      });
      return read(response, follower);
    }),
  );
  return async () => {
    closed.abort();
    await Promise.all(streams.map(({ ended }) => ended));
    if (told.includes(0))
      throw new Error(`${told.filter((bytes) => bytes === 0).length} followers were told of nothing.`);
  };

  /** The first bytes are those of the opening, which come at once. @param {Response} response @param {number} follower */
  async function read(response, follower) {
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    await reader.read();
    const rest = async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        told[follower] += value.length;
      }
    };
    return {
      ended: rest().catch((error) => {
        if (!closed.signal.aborted) throw error;
      }),
    };
  }
}
