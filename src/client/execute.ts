import { stringifyJson } from '../json/stringify.ts';
import type { Operation } from './generated/operations.ts';
import type { Settings } from './options.ts';
import { post } from './post.ts';
import { withRetries } from './retry.ts';

export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Carries out one operation, trying again until the client's deadline while the service is away. Every mutation carries
 * ids that were made before the first try, so trying again is safe. Integers beyond 2^53 come back as bigint.
 */
export async function execute<Answer, Variables>(
  settings: Settings,
  operation: Operation<Answer, Variables>,
  variables: Variables,
  { signal }: CallOptions = {},
): Promise<Answer> {
  const body = stringifyJson({ query: operation, variables });
  const { deadlineMs, tryTimeoutMs } = settings;
  const data = await withRetries((trySignal) => post(settings, body, trySignal), { deadlineMs, tryTimeoutMs, signal });
  // The service has checked the answer against the schema that the types were generated from.
  return data as Answer;
}
