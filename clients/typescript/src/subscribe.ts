import { InvalidCallError, RunledgerError } from './errors.ts';
import type { Operation } from './generated/operations.ts';
import { parseJson } from './json/parse.ts';
import { stringifyJson } from './json/stringify.ts';
import type { Settings } from './options.ts';
import { keepPosition } from './position.ts';
import { dataOf, errorOfFetch, headersOf } from './post.ts';
import { eventsOf } from './sse.ts';

/** A stream that is silent for this long is taken for dead: the service sends a comment more often than that. */
const silenceMs = 60_000;

/**
 * Opens one subscription and yields what it sends until the service ends it. Throws an UnavailableError when the
 * connection cannot be made, breaks or falls silent, and an InvalidCallError when the service refuses the subscription.
 * `onOpen` is called once the service has accepted it.
 */
export async function* subscribe<Answer, Variables>(
  settings: Settings,
  operation: Operation<Answer, Variables>,
  variables: Variables,
  { signal, onOpen }: { signal: AbortSignal; onOpen: () => void },
): AsyncGenerator<Answer, void> {
  const silence = new AbortController();
  const tooQuiet = () => silence.abort(new DOMException('The stream fell silent.', 'TimeoutError'));
  let timer = setTimeout(tooQuiet, settings.tryTimeoutMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(tooQuiet, silenceMs);
  };
  /** Whoever asks because of an event is to find what it was told of. */
  const parseEvent = (text: string) => {
    const result = parseJson(text);
    keepPosition(settings.url, (result as { extensions?: { position?: string } } | null)?.extensions?.position);
    return result;
  };
  try {
    const response = await settings.fetch(settings.url, {
      method: 'POST',
      headers: headersOf(settings, 'text/event-stream'),
      body: stringifyJson({ query: operation, variables }),
      signal: AbortSignal.any([signal, silence.signal]),
    });
    alive();
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
      dataOf(await response.text(), response, settings.url, parseJson);
      throw new InvalidCallError('NOT_RUNLEDGER', `${settings.url} does not answer with an event stream.`);
    }
    onOpen();
    for await (const { event, data } of eventsOf(response.body, alive)) {
      if (event === 'complete') return;
      // The service has checked the answer against the schema from which the types are generated.
      if (event === 'next' && data !== '') yield dataOf(data, response, settings.url, parseEvent) as Answer;
    }
  } catch (error) {
    throw error instanceof RunledgerError ? error : errorOfFetch(error, settings.url);
  } finally {
    clearTimeout(timer);
  }
}
