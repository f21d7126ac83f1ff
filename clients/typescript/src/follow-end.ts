import { execute } from './execute.ts';
import { latestIdOf } from './follow-start.ts';
import { FindRun } from './generated/operations.ts';
import type { Settings } from './options.ts';
import { pause } from './retry.ts';

const lookEveryMs = 2_000;

/**
 * Looks now and then whether the run has ended. Once it has, calls `onEnd` with the id of its newest entry under the keys
 * (undefined for none), again at each look: the entry may have been taken back since. Ends with the signal, and never
 * rejects: what is wrong with the service, the stream that is being followed will say.
 */
export async function watchEnd(
  settings: Settings,
  run: string,
  { keys, signal }: { readonly keys: readonly string[] | undefined; readonly signal: AbortSignal },
  onEnd: (latestId: string | undefined) => void,
): Promise<void> {
  const hasty = { ...settings, deadlineMs: settings.tryTimeoutMs };
  while (!signal.aborted) {
    try {
      const { pipelineRun } = await execute(hasty, FindRun, { ref: run }, { signal });
      if (pipelineRun && pipelineRun.endedAt !== null) onEnd(await latestIdOf(hasty, run, keys, signal));
    } catch {
      // Looks again.
    }
    await pause(lookEveryMs, signal).catch(() => {});
  }
}
