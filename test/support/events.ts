import { expect } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import type { TestService } from './service.ts';
import { subscribe } from './subscribe.ts';
import type { WireError } from './told.ts';

// biome-ignore lint/suspicious/noExplicitAny: the shape of an event is the query's, which tests state and then check
type Event = any;

/** A subscription that is read event by event. */
export type Events = {
  /** The data of the next event; null when the stream has completed. */
  next(): Promise<Event | null>;
  /** The data of the next so many events; fails the test when the stream completes before. */
  take(count: number): Promise<Event[]>;
  /** Breaks the stream off, as a reader does that goes away. */
  cut(): Promise<void>;
};

/** Subscribes, and fails the test where that is refused. */
export async function follow(
  service: Pick<TestService, 'app'>,
  query: string,
  variables?: Record<string, unknown>,
): Promise<Events> {
  const response = await subscribe(service, query, variables);
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const next = async (): Promise<Event | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) return null;
        text += decoder.decode(value, { stream: true });
        continue;
      }
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^data: (.+)$/m.exec(event)?.[1];
      if (!data) continue;
      const result = parseJson(data) as { data?: Event; errors?: WireError[] };
      expect(result.errors).toBeUndefined();
      return result.data;
    }
  };
  return {
    next,
    async take(count) {
      const events: Event[] = [];
      while (events.length < count) {
        const event = await next();
        if (event === null) throw new Error(`The stream completed after ${events.length} of ${count} events.`);
        events.push(event);
      }
      return events;
    },
    cut: () => reader.cancel(),
  };
}
