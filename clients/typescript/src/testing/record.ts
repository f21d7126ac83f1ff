import { AsyncLocalStorage } from 'node:async_hooks';
import { findSubstitutesBy, type Substitute } from '../substitute.ts';
import { openRecorder, type Recording } from './recorder.ts';

const substitutes = new AsyncLocalStorage<Substitute>();

/**
 * Has all that `fn`, and whatever it starts in this process, says to the service recorded in memory instead: nothing is
 * sent or written, and other tests that run at the same time are left alone. Resolves to what was recorded, which `fn`
 * is handed, too, and can look at once something has failed that it expects to.
 *
 *     const { run, steps } = await record(() => training());
 *     expect(run.status).toBe('COMPLETED');
 *     expect(steps.train?.metadata.loss).toBeLessThan(0.5);
 *
 * A value that cannot be stored throws, as with `RUNLEDGER_STRICT=1`. Child processes are not recorded: `stepEnvironment()`
 * tells them not to log. `RUNLEDGER_DISABLED=1` keeps whole test suites from logging.
 */
export async function record(fn: (recorded: Recording) => unknown): Promise<Recording> {
  findSubstitutesBy(() => substitutes.getStore());
  const { recording, substitute } = openRecorder();
  await substitutes.run(substitute, () => fn(recording));
  return recording;
}
