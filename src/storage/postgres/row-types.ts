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

/** `2026-11-24 09:30:00.123+00`, as sessions in UTC write the years from 1 to 9999; anything else is left to the driver. */
function readInstant(text: string): Date {
  if (text.length > 26 || !text.endsWith('+00')) return pg.types.getTypeParser(timestamptz)(text);
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
}
