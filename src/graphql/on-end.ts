/** The same results, and a word when there are no more, or nobody reads them any more. */
export function onEnd<T>(results: AsyncIterable<T>, end: () => void): AsyncIterable<T> {
  const iterator = results[Symbol.asyncIterator]();
  let isOver = false;
  const finish = () => {
    if (!isOver) end();
    isOver = true;
  };
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const result = await iterator.next();
          if (result.done) finish();
          return result;
        } catch (error) {
          finish();
          throw error;
        }
      },
      async return() {
        finish();
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
