import { type Settings, settingsOf } from '@runledger/client/internal/options';
import { post } from '@runledger/client/internal/post';
import { newUuid } from '@runledger/client/internal/uuid';
import { stringifyJson } from '@runledger/client/json';
import type { Operation } from '../generated/operations.ts';

const tryTimeoutMs = 20_000;
const keyName = 'runledger-api-key';

/** How to reach the service that sent the page, with the key that was given in this tab. */
export function settings(headers: Readonly<Record<string, string>> = {}): Settings {
  const apiKey = sessionStorage.getItem(keyName) ?? undefined;
  return settingsOf({ url: location.origin, apiKey, tryTimeoutMs, headers });
}

const requestIds = new WeakMap<Error, string>();

/** By what the service's log knows the request that ended in this error. */
export function requestIdOf(error: Error): string | undefined {
  return requestIds.get(error);
}

/** Keeps a key for as long as the tab is open. */
export function keepApiKey(key: string): void {
  if (key.trim() === '') sessionStorage.removeItem(keyName);
  else sessionStorage.setItem(keyName, key.trim());
}

/**
 * Carries out one operation, once: what is to be done while the service is away is for the cache to say, which shows it.
 * Whole numbers beyond 2^53 come back as bigint.
 */
export async function ask<Answer, Variables>(
  operation: Operation<Answer, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(tryTimeoutMs);
  const body = stringifyJson({ query: operation, variables });
  const requestId = newUuid();
  const asked = settings({ 'x-request-id': requestId });
  try {
    // The service has checked the answer against the schema from which the types are generated.
    return (await post(asked, body, signal ? AbortSignal.any([signal, timeout]) : timeout)) as Answer;
  } catch (error) {
    if (error instanceof Error) requestIds.set(error, requestId);
    throw error;
  }
}
