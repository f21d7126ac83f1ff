/**
 * Makes one call of all equal ones that wait at the same moment. Callers that come while a call is under way share the next
 * one: an answer is never older than its question.
 */
export function createSingleFlight<Result>(): (key: string, call: () => Promise<Result>) => Promise<Result> {
  const underWay = new Map<string, { current: Promise<Result>; next: Promise<Result> | null }>();

  function start(key: string, call: () => Promise<Result>): Promise<Result> {
    // Even a call that throws at once must leave its key as it was.
    const state = { current: (async () => call())(), next: null };
    underWay.set(key, state);
    const end = () => {
      if (underWay.get(key) === state && !state.next) underWay.delete(key);
    };
    state.current.then(end, end);
    return state.current;
  }

  return (key, call) => {
    const state = underWay.get(key);
    if (!state) return start(key, call);
    const startNext = () => start(key, call);
    state.next ??= state.current.then(startNext, startNext);
    return state.next;
  };
}
