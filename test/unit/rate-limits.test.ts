import { describe, expect, test } from 'vitest';
import { anonymous, type Caller } from '../../src/domain/caller.ts';
import { createMeter } from '../../src/http/rate-limits.ts';

const key = (keyId: string): Caller => ({ ...anonymous, kind: 'key', name: 'one of many', keyId });
const token = (runId: string): Caller => ({ ...anonymous, kind: 'token', name: 'token', sight: { of: 'run', runId } });

/** A meter whose clock stands still until it is told otherwise. */
function meter(limits: Parameters<typeof createMeter>[0]) {
  let now = 0;
  const { countRequest, countBytes } = createMeter(limits, () => now);
  const tell = (count: () => void) => {
    try {
      count();
      return 'taken';
    } catch (error) {
      const { code, details } = error as { code: string; details: { retryAfterSeconds: number } };
      return `${code}, in ${details.retryAfterSeconds} s`;
    }
  };
  return {
    request: (caller = key('a'), address = '1.1.1.1') => tell(() => countRequest(caller, address)),
    bytes: (count: number, caller = key('a')) => tell(() => countBytes(caller, '1.1.1.1', count)),
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
  };
}

describe('requests a minute', () => {
  test('so many are taken at once, and then one as often as they come again', () => {
    const { request, pass } = meter({ requestsAMinute: 6 });
    expect(Array.from({ length: 6 }, () => request())).toEqual(Array(6).fill('taken'));
    expect(request()).toBe('RATE_LIMITED, in 10 s');
    pass(9);
    expect(request()).toBe('RATE_LIMITED, in 1 s');
    pass(1);
    expect([request(), request()]).toEqual(['taken', 'RATE_LIMITED, in 10 s']);
    // However long nothing was asked, no more than for a minute is saved.
    pass(3_600);
    expect(Array.from({ length: 7 }, () => request()).filter((said) => said === 'taken')).toHaveLength(6);
  });

  test('what was refused costs nothing', () => {
    const { request, pass } = meter({ requestsAMinute: 1 });
    request();
    for (let times = 0; times < 1_000; times += 1) expect(request()).toBe('RATE_LIMITED, in 60 s');
    pass(60);
    expect(request()).toBe('taken');
  });

  test('each key has its own; the tokens of a run share one; who has no key is counted by address', () => {
    const { request } = meter({ requestsAMinute: 1 });
    for (const caller of [key('a'), key('b'), token('r'), token('s')]) {
      expect(request(caller)).toBe('taken');
      expect(request(caller, '2.2.2.2')).toMatch('RATE_LIMITED');
    }
    expect(request({ ...token('r'), name: 'another' })).toMatch('RATE_LIMITED');
    expect(request(anonymous, '3.3.3.3')).toBe('taken');
    expect(request(anonymous, '3.3.3.3')).toMatch('RATE_LIMITED');
    expect(request(anonymous, '4.4.4.4')).toBe('taken');
  });

  test('ever new addresses do not fill the memory', () => {
    const { request, pass } = meter({ requestsAMinute: 1 });
    for (let n = 0; n < 25_000; n += 1) request(anonymous, `address ${n}`);
    pass(61);
    expect(request(anonymous, 'address 24999')).toBe('taken');
  });
});

describe('bytes a minute', () => {
  test('are those of bodies, however they are divided', () => {
    const { bytes, request, pass } = meter({ bytesAMinute: 6_000 });
    expect([bytes(5_000), bytes(1_000), bytes(1)]).toEqual(['taken', 'taken', 'RATE_LIMITED, in 1 s']);
    pass(10);
    expect([bytes(1_001), bytes(1_000)]).toEqual(['RATE_LIMITED, in 1 s', 'taken']);
    expect(bytes(6_000, key('b'))).toBe('taken');
    // How often is another limit.
    for (let times = 0; times < 100; times += 1) expect(request()).toBe('taken');
  });

  test('more than a minute holds is never taken', () => {
    const { bytes } = meter({ bytesAMinute: 6_000 });
    expect(() => createMeter({ bytesAMinute: 6_000 }).countBytes(key('a'), '', 6_001)).toThrow(/6001 bytes.*split it/);
    expect(bytes(6_000)).toBe('taken');
  });
});

test('nothing is limited unless it is said', () => {
  const { request, bytes } = meter({});
  for (let times = 0; times < 10_000; times += 1) expect([request(), bytes(1_000_000_000)]).toEqual(['taken', 'taken']);
});
