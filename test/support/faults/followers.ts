import { setTimeout as pause } from 'node:timers/promises';

/** Streams that are followed whatever happens to them. */
export type Followers = {
  /** Events that have come since the last call. */
  takeCount(): number;
  stop(): Promise<void>;
};

/** Follows all changes on so many streams; one that ends is opened again. */
export function followAll(url: string, streams: number): Followers {
  const stopping = new AbortController();
  let events = 0;
  const follow = async () => {
    while (!stopping.signal.aborted) {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify({ query: 'subscription { changes { cursor } }' }),
          signal: stopping.signal,
        });
        for await (const text of response.body!.pipeThrough(new TextDecoderStream()))
          events += text.split('event: next').length - 1;
      } catch {
        // It is opened again below.
      }
      await pause(200);
    }
  };
  const all = Array.from({ length: streams }, follow);
  return {
    takeCount() {
      const count = events;
      events = 0;
      return count;
    },
    async stop() {
      stopping.abort();
      await Promise.all(all);
    },
  };
}
