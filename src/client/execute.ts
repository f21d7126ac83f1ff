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
 * Carries out one operation; while the service is away, tries again until the client's deadline. That is safe, because
 * every mutation carries ids that were made before the first try. Integers beyond 2^53 come back as bigint.
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
  // The service has checked the answer against the schema from which the types are generated.
  return data as Answer;
}
