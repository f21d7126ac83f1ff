import type { OptionNames } from './check-options.ts';
import type { UnavailableError } from './errors.ts';
import type { Operation } from './generated/operations.ts';
import { stringifyJson } from './json/stringify.ts';
import type { Settings } from './options.ts';
import { post } from './post.ts';
import { isRefusedOnLoopback } from './refused.ts';
import { withRetries } from './retry.ts';
import { sayWaiting } from './waiting.ts';

export interface ReadOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export const readOptionNames: OptionNames<ReadOptions> = { signal: true };

/** Where nothing listens on this machine, it is not the network that is slow: enough for a restart. */
const refusedDeadlineMs = 5_000;

/**
 * Carries out one operation; while the service is away, tries again until the client's deadline. That is safe, because
 * every mutation carries ids that were made before the first try. Integers beyond 2^53 come back as bigint.
 */
export async function execute<Answer, Variables>(
  settings: Settings,
  operation: Operation<Answer, Variables>,
  variables: Variables,
  { signal }: ReadOptions = {},
): Promise<Answer> {
  const body = stringifyJson({ query: operation, variables });
  const { deadlineMs, tryTimeoutMs } = settings;
  const waiting = sayWaiting(settings.url, deadlineMs);
  const deadlineAfter = (error: UnavailableError) => {
    const isRefused = isRefusedOnLoopback(error, settings.url);
    const afterMs = isRefused ? Math.min(deadlineMs, refusedDeadlineMs) : deadlineMs;
    waiting.failed(error, afterMs);
    return afterMs;
  };
  try {
    const options = { deadlineMs, tryTimeoutMs, signal, deadlineAfter };
    const data = await withRetries((trySignal) => post(settings, body, trySignal), options);
    // The service has checked the answer against the schema from which the types are generated.
    return data as Answer;
  } finally {
    waiting.over();
  }
}
