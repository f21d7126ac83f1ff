import { describe, expect, it } from 'vitest';
import { displayValue, numberValue } from '../../src/domain/value/display-value.ts';
import type { MetadataType } from '../../src/storage/rows.ts';

const table: [MetadataType, string, string, number | null][] = [
  ['STRING', '"a \\"b\\"\\n💥"', 'a "b"\n💥', null],
  ['STRING', '"1.5"', '1.5', null],
  ['STRING', '""', '', null],
  ['URI', '"s3://bucket/model"', 's3://bucket/model', null],
  ['PATH', '"C:\\\\x"', 'C:\\x', null],
  ['DTYPE', '"torch.float32"', 'torch.float32', null],
  ['BOOLEAN', 'true', 'true', null],
  ['NULL', 'null', 'null', null],
  ['INT', '0', '0', 0],
  ['INT', '-12', '-12', -12],
  ['INT', '9007199254740993', '9007199254740993', 9007199254740992],
  ['INT', `1${'0'.repeat(39)}`, `1${'0'.repeat(39)}`, 1e39],
  ['INT', '9'.repeat(400), '9'.repeat(400), null],
  ['FLOAT', '0.913', '0.913', 0.913],
  ['FLOAT', '1.0', '1', 1],
  ['FLOAT', '-0.0', '-0', -0],
  ['FLOAT', '0.30000000000000004', '0.3', 0.30000000000000004],
  ['FLOAT', '0.0001234', '0.0001234', 0.0001234],
  ['FLOAT', '1.2e-9', '1.2e-9', 1.2e-9],
  ['FLOAT', '0.12345678', '0.123457', 0.12345678],
  ['FLOAT', '123456.789', '123457', 123456.789],
  ['FLOAT', '999999.9', '1e+6', 999999.9],
  ['FLOAT', '1234567.0', '1.23457e+6', 1234567],
  ['FLOAT', '1000000.0', '1000000', 1000000],
  ['FLOAT', '123456789.123', '1.23457e+8', 123456789.123],
  ['FLOAT', '100000000000000000000.0', '1e+20', 1e20],
  ['FLOAT', '1.7976931348623157e+308', '1.79769e+308', 1.7976931348623157e308],
  ['FLOAT', '5e-324', '5e-324', 5e-324],
  ['FLOAT', '"NaN"', 'NaN', null],
  ['FLOAT', '"-Infinity"', '-Infinity', null],
  ['STORAGE_SIZE', '1610612736', '1.5 GiB', 1610612736],
  ['LIST', '[]', '[]', null],
  ['LIST', '[1,"a,b:c",[2,{"k":"v"}]]', '[1, "a,b:c", [2, {"k": "v"}]]', null],
  ['DICT', '{"a":1,"b\\":,":[null,true]}', '{"a": 1, "b\\":,": [null, true]}', null],
  ['SET', '[1,2]', '{1, 2}', null],
  ['TUPLE', '["a",0.5]', '("a", 0.5)', null],
];

describe('displayValue and numberValue', () => {
  it.each(table)('%s %s', (type, text, display, number) => {
    expect(displayValue(type, text)).toBe(display);
    expect(numberValue(type, text)).toBe(number);
  });

  it('shortens texts at 200 characters, and cuts none in two', () => {
    expect(displayValue('STRING', JSON.stringify('x'.repeat(200)))).toBe('x'.repeat(200));
    expect(displayValue('STRING', JSON.stringify('💥'.repeat(201)))).toBe(`${'💥'.repeat(200)}…`);
  });

  it('shortens lists and objects to a line of 120', () => {
    for (const value of [
      Array.from({ length: 1000 }, (_, index) => index),
      ['💥'.repeat(500)],
      [`x${'💥'.repeat(500)}`],
    ]) {
      const line = displayValue('LIST', JSON.stringify(value));
      expect(line.length).toBeGreaterThan(110);
      expect(line.length).toBeLessThanOrEqual(120);
      expect(line.endsWith('…')).toBe(true);
      expect(line).not.toMatch(/\p{Surrogate}/u);
    }
    const fits = JSON.stringify(['x'.repeat(116)]);
    expect(displayValue('LIST', fits)).toBe(fits);
    expect(displayValue('LIST', JSON.stringify(['x'.repeat(117)]))).toBe(`["${'x'.repeat(117)}…`);
  });
});
