import { type Settings, settingsOf } from '@runledger/client/internal/options';
import { post } from '@runledger/client/internal/post';
import { stringifyJson } from '@runledger/client/json';
import type { Operation } from '../generated/operations.ts';

const tryTimeoutMs = 20_000;
const keyName = 'runledger-api-key';

/** How to reach the service that sent the page, with the key that was given in this tab. */
export function settings(): Settings {
  const apiKey = sessionStorage.getItem(keyName) ?? undefined;
  return settingsOf({ url: location.origin, apiKey, tryTimeoutMs });
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
  // The service has checked the answer against the schema from which the types are generated.
  return (await post(settings(), body, signal ? AbortSignal.any([signal, timeout]) : timeout)) as Answer;
}
