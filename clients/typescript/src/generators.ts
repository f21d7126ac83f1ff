import { failureOf } from './failure.ts';
import type { Recorded } from './record.ts';
import { within } from './scope.ts';

type AnyGenerator = Generator<unknown, unknown, unknown> | AsyncGenerator<unknown, unknown, unknown>;
type Method = 'next' | 'return' | 'throw';

/** A generator with the run or step that its body belongs to. */
export interface Body<G> {
  readonly recorded: Recorded<unknown>;
  readonly generator: G;
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** Whether it was made by a generator function, `async` or not. */
export function isGenerator(value: unknown): value is AnyGenerator {
  return /^(Async)?Generator$/.test(tagOf(value));
}

/** Whether it is a generator function: a call of it runs nothing of its body yet. */
export function isGeneratorFunction(fn: unknown): boolean {
  return /^(Async)?GeneratorFunction$/.test(tagOf(fn));
}

/** Whether it is an asynchronous generator, or a function that makes one. */
export function isAsyncOne(value: unknown): boolean {
  return tagOf(value).startsWith('Async');
}

/** What a generator that never began answers: it is over. */
function over(method: Method, value: unknown): IteratorResult<unknown> {
  if (method === 'throw') throw value;
  return { done: true, value: method === 'return' ? value : undefined };
}

function fail({ recorded }: Body<unknown>, error: unknown): never {
  recorded.end({ status: 'FAILED', failure: failureOf(error) });
  throw error;
}

/**
 * A generator whose body, and nothing else, runs in the scope of its run or step: what the loop over it does between two
 * items does not. That ends with the generator, COMPLETED also when the loop is left early. `begin` is called now, or when
 * the first item is asked for.
 */
export function recordedGenerator(when: 'now' | 'first item', begin: () => Body<Generator>): Generator {
  let body = when === 'now' ? begin() : undefined;
  let isOver = false;
  function resume(method: Method, value: unknown): IteratorResult<unknown> {
    isOver ||= !body && method !== 'next';
    if (!body && isOver) return over(method, value);
    body ??= begin();
    const { recorded, generator } = body;
    try {
      const result = within(recorded.scope, () => generator[method](value));
      if (result.done) recorded.end({ status: 'COMPLETED' });
      return result;
    } catch (error) {
      return fail(body, error);
    }
  }
  const wrapped = {
    next: (value?: unknown) => resume('next', value),
    return: (value?: unknown) => resume('return', value),
    throw: (error: unknown) => resume('throw', error),
    [Symbol.iterator]: () => wrapped,
    [Symbol.toStringTag]: 'Generator',
  };
  return wrapped as unknown as Generator;
}

/** As `recordedGenerator`, for an asynchronous one. */
export function recordedAsyncGenerator(
  when: 'now' | 'first item',
  begin: () => Promise<Body<AsyncGenerator>>,
): AsyncGenerator {
  let body = when === 'now' ? begin() : undefined;
  let isOver = false;
  async function resume(method: Method, value: unknown): Promise<IteratorResult<unknown>> {
    isOver ||= !body && method !== 'next';
    if (!body && isOver) return over(method, value);
    body ??= begin();
    const begunBody = await body;
    const { recorded, generator } = begunBody;
    let result: IteratorResult<unknown>;
    try {
      result = await within(recorded.scope, () => generator[method](value));
    } catch (error) {
      return fail(begunBody, error);
    }
    if (result.done) {
      recorded.end({ status: 'COMPLETED' });
      await recorded.flush('end');
    }
    return result;
  }
  const wrapped = {
    next: (value?: unknown) => resume('next', value),
    return: (value?: unknown) => resume('return', value),
    throw: (error: unknown) => resume('throw', error),
    [Symbol.asyncIterator]: () => wrapped,
    [Symbol.toStringTag]: 'AsyncGenerator',
  };
  return wrapped as unknown as AsyncGenerator;
}
