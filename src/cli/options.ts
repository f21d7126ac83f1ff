import { UsageError } from './spec/usage-error.ts';

/** Reads an option that must be an integer. Throws a UsageError when it is not. */
export function parseInteger(text: string | undefined, option: string): number | undefined {
  const integer = parseLong(text, option);
  return integer === undefined ? undefined : Number(integer);
}

/** As `parseInteger`, to the last digit. */
export function parseLong(text: string | undefined, option: string): bigint | undefined {
  if (text === undefined) return undefined;
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw new UsageError(`--${option} must be an integer, not ${JSON.stringify(text)}.`);
}

/** Reads an option in seconds as milliseconds; undefined when it is not given. Throws a UsageError unless it is above 0. */
export function parseSeconds(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const seconds = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1000;
  throw new UsageError(`--${option} must be a number of seconds above 0, not ${JSON.stringify(text)}.`);
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads an option that is a time ahead, `90d`, `12h` or `30m`, or a date. Throws a UsageError when it is neither. */
export function parseExpiry(text: string | undefined, option: string): Date | undefined {
  return parseMoment(text, option, 1);
}

/** Reads an option that is a time ago, or a date, written as that of `parseExpiry` is. */
export function parsePast(text: string | undefined, option: string): Date | undefined {
  return parseMoment(text, option, -1);
}

function parseMoment(text: string | undefined, option: string, direction: 1 | -1): Date | undefined {
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (number !== undefined)
    return new Date(Date.now() + direction * Number(number) * unitMs[unit as keyof typeof unitMs]);
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : undefined;
  if (date && !Number.isNaN(date.getTime())) return date;
  throw new UsageError(`--${option} must be a time such as 90d, 12h or 2027-01-31, not ${JSON.stringify(text)}.`);
}
