import type { Operation } from '../../client/generated/operations.ts';
import { FindRun } from '../../client/generated/operations.ts';
import type { Settings } from '../../client/options.ts';
import { post } from '../../client/post.ts';
import { type Scope, stepEnvironment, within } from '../../client/scope.ts';
import { stringifyJson } from '../../json/stringify.ts';

const createRunToken =
  'mutation CreateRunToken($input: CreateRunTokenInput!) { createRunToken(input: $input) { token } }' as Operation<
    { createRunToken: { token: string } },
    { input: { run: string; expiresAt: string } }
  >;

const tokenPrefix = 'rlt_';
/** As long as the service allows: who runs a command for weeks has no place to renew it. */
const tokenMs = 29 * 86_400_000;

/** Asks once, and no longer than the time that is left; undefined where that brings nothing. */
async function ask<Answer, Variables>(
  settings: Settings,
  operation: Operation<Answer, Variables>,
  variables: Variables,
  timeoutMs: number,
): Promise<Answer | undefined> {
  if (timeoutMs <= 0) return undefined;
  try {
    const body = stringifyJson({ query: operation, variables });
    return (await post(settings, body, AbortSignal.timeout(timeoutMs))) as Answer;
  } catch {
    // The service is away, or refuses: the command runs all the same, and delivery says what is wrong.
    return undefined;
  }
}

/** The id of the run that is known by a name or prefix; that itself where the service cannot tell now. */
export async function idOfRun(settings: Settings, ref: string, timeoutMs: number): Promise<string> {
  return (await ask(settings, FindRun, { ref }, timeoutMs))?.pipelineRun?.id ?? ref;
}

/**
 * The environment by which a command finds its run and step. It gets a token for that run in place of a key that may do
 * more, if the service gives one in time.
 */
export async function handDown(scope: Scope, timeoutMs: number): Promise<Record<string, string>> {
  const env = within(scope, stepEnvironment);
  const key = scope.settings.apiKey();
  if (!key || key.startsWith(tokenPrefix) || !scope.run) return env;
  const input = { run: scope.run.id, expiresAt: new Date(Date.now() + tokenMs).toISOString() };
  const answer = await ask(scope.settings, createRunToken, { input }, timeoutMs);
  return answer ? { ...env, RUNLEDGER_API_KEY: answer.createRunToken.token } : env;
}
