import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from '../../clients/typescript/src/json/scan.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import type { JsonValue } from '../../clients/typescript/src/json/value.ts';
import { anyJson } from '../support/json-arbitrary.ts';

const depthOf = (value: JsonValue): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

const hasBigint = (value: JsonValue): boolean =>
  typeof value === 'bigint' || (typeof value === 'object' && value !== null && Object.values(value).some(hasBigint));

describe('scanJson', () => {
  it('knows the depth of any JSON, and whether it has an integer beyond 2^53', () => {
    let exact = 0;
    fc.assert(
      fc.property(anyJson, (value) => {
        const scan = scanJson(stringifyJson(value));
        if (scan.exact) exact++;
        expect(scan).toMatchObject({ depth: depthOf(value), exact: hasBigint(value) });
      }),
      { numRuns: 2000 },
    );
    expect(exact).toBeGreaterThan(100);
  });

  it.each([
    ['9007199254740991', false],
    ['-9007199254740991', false],
    ['9007199254740992', true],
    ['-9007199254740993', true],
    ['123456789012345678901234567890', true],
    ['9007199254740993.0', false],
    ['9007199254740993e0', false],
    ['0.12345678901234567890', false],
    ['1.7976931348623157e308', false],
    ['1.7976931348623159e308', true],
    ['1e400', true],
    ['-1E+400', true],
    ['1e-400', false],
    [`${'9'.repeat(400)}.5`, true],
    [`0.${'9'.repeat(400)}`, false],
    ['"9007199254740993 1e400"', false],
    ['"\\"9007199254740993"', false],
    ['"\\\\",9007199254740993', true],
    ['"\\\\\\"9007199254740993"', false],
    ['[1,9007199254740993]', true],
    ['{"9007199254740993":1}', false],
  ])('%s: exact is %s', (text, exact) => {
    expect(scanJson(text).exact).toBe(exact);
  });

  it.each([
    ['1', false],
    ['1.0', true],
    ['1.5', false],
    ['1.50', false],
    ['1.05', false],
    ['-20.000', true],
    ['1e5', true],
    ['1E+5', true],
    ['15e-1', false],
    ['150e-1', true],
    ['1.5e1', true],
    ['0.0', true],
    ['0.25,0.05,3', false],
    ['[0.25,{"a":[2.0]}]', true],
    ['{"1.0":"1.0 1e5"}', false],
    ['1e400', false],
  ])('%s: wholeFloats is %s', (text, wholeFloats) => {
    expect(scanJson(text).wholeFloats).toBe(wholeFloats);
  });

  it.each([
    ['', 0],
    ['"[[[["', 0],
    ['"\\\\[[[["', 0],
    ['["\\"",[["]]]]"]]]', 3],
    ['[{}]', 2],
    ['[][][[]]', 2],
    ['["', 1],
    ['}}}[[', 0],
    ['['.repeat(1000), 1000],
  ])('depth of %j', (text, depth) => {
    expect(scanJson(text).depth).toBe(depth);
  });
});
