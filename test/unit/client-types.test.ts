import { expect, expectTypeOf, test } from 'vitest';
import {
  type Change,
  InvalidCallError,
  logMetadata,
  type Metadata,
  type RunledgerError,
  step,
  UnavailableError,
} from '../../clients/typescript/src/index.ts';

// What the compiler must refuse, or know: `npm run check:types` reads this too.

test('an undefined value is refused before the program runs', () => {
  const maybe = (): string | undefined => undefined;
  // @ts-expect-error undefined could only be dropped
  const wrong: Metadata = { a: undefined };
  // @ts-expect-error it may be undefined
  const doubtful: Metadata = { a: maybe() };
  const right: Metadata = { a: null, b: 1n, c: [1, { d: 'x' }], e: new Set(['f']), g: new Date(0), h: maybe() ?? null };
  expect(Object.keys({ ...wrong, ...doubtful, ...right })).toHaveLength(6);
  // @ts-expect-error the same in a call
  expect(() => logMetadata({ a: undefined })).toThrow(InvalidCallError);
});

test('the code of an error is one of a few words', () => {
  const invalid = new InvalidCallError('NOT_FOUND', 'x');
  const codeOf = (error: RunledgerError) => {
    // @ts-expect-error there is no such code
    if (error.code === 'NOT_FUOND') return 'typo';
    return error.code === 'NOT_FOUND' ? 'none' : 'other';
  };
  expect([codeOf(invalid), codeOf(new UnavailableError('TIMEOUT', 'x'))]).toEqual(['none', 'other']);
  expectTypeOf(new UnavailableError('TIMEOUT', 'x').code).toEqualTypeOf<
    'UNAVAILABLE' | 'TIMEOUT' | 'RATE_LIMITED' | 'INTERNAL_SERVER_ERROR'
  >();
  expect(invalid).toMatchObject({ code: 'NOT_FOUND', name: 'InvalidCallError' });
});

test('a change is told apart by its type, and a step gives what its function gives', () => {
  const wordOf = (change: Change) => (change.__typename === 'EntryLogged' ? change.entry.key : change.cursor);
  expectTypeOf(wordOf).returns.toEqualTypeOf<string>();
  const numbers = () =>
    step('numbers', async function* () {
      yield 1;
    });
  expectTypeOf(numbers).returns.resolves.toEqualTypeOf<AsyncGenerator<number, void, unknown>>();
});
