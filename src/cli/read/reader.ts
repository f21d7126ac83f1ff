import { type Settings, settingsOf } from '@runledger/client/internal/options';
import { FilterError } from '../../filter/scanner.ts';
import { parseSeconds } from '../options.ts';
import { UsageError } from '../spec/usage-error.ts';

interface ReadValues {
  readonly url?: string | undefined;
  readonly timeout?: string | undefined;
}

/** The settings by which a command asks the service. */
export function readSettings({ url, timeout }: ReadValues): Settings {
  return settingsOf({ url, deadlineMs: parseSeconds(timeout, 'timeout') });
}

/** Reads the option `--limit`: a number, or `all`. */
export function parseLimit(text: string | undefined): number {
  if (text === undefined) return 20;
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--limit must be a number above 0, or all, not ${JSON.stringify(text)}.`);
}

/** Parses what is written in the words of the page; what is wrong is underlined, with the way to mend it. */
export function parsing<T>(what: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const line = text.replace(/\s/g, ' ');
    const mark = ' '.repeat(error.from) + '^'.repeat(Math.max(1, Math.min(error.to, text.length + 1) - error.from));
    throw new UsageError(`${what}: ${error.message}\n  ${line}\n  ${mark}`);
  }
}

/** The keys of an option that lists them, with commas between. */
export function parseKeys(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const keys = text.split(',').map((key) => key.trim());
  if (keys.some((key) => key === ''))
    throw new UsageError(`--keys takes keys with commas between them, not ${JSON.stringify(text)}.`);
  return keys;
}

/** One of JSON and CSV, or neither. */
export function formatOf(values: { readonly json?: boolean | undefined; readonly csv?: boolean | undefined }) {
  if (values.json && values.csv) throw new UsageError('Give one of --json and --csv.');
  return values.json ? 'json' : values.csv ? 'csv' : 'table';
}
