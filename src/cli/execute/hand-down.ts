import { FindRun } from '@runledger/client/internal/generated/operations';
import type { Settings } from '@runledger/client/internal/options';
import { post } from '@runledger/client/internal/post';
import { provideRunToken } from '@runledger/client/internal/run-token';
import { type Scope, stepEnvironment, within } from '@runledger/client/internal/scope';
import { stringifyJson } from '@runledger/client/json';

/** The id of the run that is known by a name or prefix; that itself where the service cannot tell in time. */
export async function idOfRun(settings: Settings, ref: string, timeoutMs: number): Promise<string> {
  try {
    const body = stringifyJson({ query: FindRun, variables: { ref } });
    const { pipelineRun } = (await post(settings, body, AbortSignal.timeout(timeoutMs))) as {
      pipelineRun?: { id: string } | null;
    };
    return pipelineRun?.id ?? ref;
  } catch {
    // The service is away, or refuses: the command runs all the same, and delivery says what is wrong.
    return ref;
  }
}

/**
 * The environment by which a command finds its run and step. It gets a token for that run in place of a key that may do
 * more, if the service gives one in time.
 */
export async function handDown(scope: Scope, timeoutMs: number): Promise<Record<string, string>> {
  const { settings, run } = scope;
  if (run?.token && timeoutMs > 0) await provideRunToken(run.token, { settings, run: run.id, timeoutMs });
  return within(scope, stepEnvironment);
}
