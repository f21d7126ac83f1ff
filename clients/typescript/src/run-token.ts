import { InvalidCallError } from './errors.ts';
import { CreateRunToken } from './generated/operations.ts';
import { stringifyJson } from './json/stringify.ts';
import type { Settings } from './options.ts';
import { isObject, post } from './post.ts';
import { patientTimeout } from './retry.ts';

const prefix = 'rlt_';

/** What the child processes of a run show in place of the API key. It ends with the run. */
export interface RunToken {
  /** Undefined until there is one. */
  value: string | undefined;
}

/** Services, with keys, that give none: of an older version, or a key that may not write. */
const refused = new Set<string>();

/** Whether what stands in for the key lets into one run only. */
export function isRunToken(apiKey: string | undefined): boolean {
  return apiKey?.startsWith(prefix) ?? false;
}

/**
 * Gets the token of a run that the service knows, where this process has a key that its children need not have. Waits for
 * `timeoutMs` at most, and never rejects: without one, children show the key, and the next step asks again.
 */
export async function provideRunToken(
  token: RunToken,
  { settings, run, timeoutMs }: { readonly settings: Settings; readonly run: string; readonly timeoutMs: number },
): Promise<void> {
  const apiKey = settings.apiKey();
  const giver = JSON.stringify([settings.url, apiKey]);
  if (token.value !== undefined || apiKey === undefined || isRunToken(apiKey) || refused.has(giver)) return;
  const body = stringifyJson({ query: CreateRunToken, variables: { input: { run } } });
  try {
    const { createRunToken } = await post(settings, body, patientTimeout(Math.min(timeoutMs, settings.tryTimeoutMs)));
    if (isObject(createRunToken)) token.value = String(createRunToken['token']);
  } catch (error) {
    const isOfThisRun = error instanceof InvalidCallError && /^(NOT_FOUND|AMBIGUOUS|CONFLICT)$/.test(error.code);
    if (error instanceof InvalidCallError && !isOfThisRun) refused.add(giver);
  }
}
