import { stringifyJson } from '@runledger/client/json';

interface Entry {
  readonly type: string;
  readonly value: unknown;
  readonly display: string;
}

/** A value as text to the last digit: a string as it is, anything else as JSON. */
export function exactText(value: unknown): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}

/** Whether it is a number, which is never shortened in silence. */
export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** What an entry reads in a table: numbers to the last digit, sizes in words, the rest as on the page. */
export function readable({ type, value, display }: Entry): string {
  if (type === 'STORAGE_SIZE') return display;
  if (typeof value === 'string' || isNumber(value)) return exactText(value);
  return type === 'FLOAT' ? stringifyJson(value) : display;
}
