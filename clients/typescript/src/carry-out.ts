import { failureOf } from './failure.ts';
import {
  type Body,
  isAsyncOne,
  isGenerator,
  isGeneratorFunction,
  recordedAsyncGenerator,
  recordedGenerator,
} from './generators.ts';
import type { Recorded } from './record.ts';
import { within } from './scope.ts';

/** A generator for a generator function: nothing is recorded, nor called, before its first item is asked for. */
function deferred<Opened>(begin: () => Recorded<Opened>, fn: (opened: Opened) => unknown): unknown {
  const call = (recorded: Recorded<Opened>) => ({ recorded, generator: fn(recorded.opened) });
  if (!isAsyncOne(fn)) return recordedGenerator('first item', () => call(begin()) as Body<Generator>);
  return recordedAsyncGenerator('first item', async () => {
    const recorded = begin();
    await recorded.flush('start');
    return call(recorded) as Body<AsyncGenerator>;
  });
}

/** The generator that `fn` has given, whose run or step has begun. */
function continued(recorded: Recorded<unknown>, generator: unknown): unknown {
  if (isAsyncOne(generator))
    return recordedAsyncGenerator('now', async () => ({ recorded, generator: generator as AsyncGenerator }));
  return recordedGenerator('now', () => ({ recorded, generator: generator as Generator }));
}

/**
 * Records a run or step by `begin`, calls `fn` in its scope, and records how that ended. Rethrows what `fn` throws. Of a
 * generator the scope is open only while its own body runs.
 */
export async function carryOut<Opened, T>(
  begin: () => Recorded<Opened>,
  fn: (opened: Opened) => T | Promise<T>,
): Promise<T> {
  if (isGeneratorFunction(fn)) return deferred(begin, fn) as T;
  const recorded = begin();
  await recorded.flush('start');
  let result: T;
  try {
    result = await within(recorded.scope, () => fn(recorded.opened));
  } catch (error) {
    recorded.end({ status: 'FAILED', failure: failureOf(error) });
    await recorded.flush('end');
    throw error;
  }
  if (isGenerator(result)) return continued(recorded, result) as T;
  recorded.end({ status: 'COMPLETED' });
  await recorded.flush('end');
  return result;
}
