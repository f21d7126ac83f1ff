import type { OptionNames } from './check-options.ts';
import { badInput } from './errors.ts';
import { currentSubstitute } from './substitute.ts';

/** How to reach the service. Everything has a default; the environment is read when the client is made. */
export interface ClientOptions {
  /** Where the service is; `/graphql` is added if missing. Default: `RUNLEDGER_URL`, else http://127.0.0.1:4000/graphql. */
  readonly url?: string | undefined;
  /** Sent as `Authorization: Bearer …`. Default: `RUNLEDGER_API_KEY`, else no key is sent. */
  readonly apiKey?: string | undefined;
  /** How long a call may take including all retries, in milliseconds. Default: 30,000. */
  readonly deadlineMs?: number | undefined;
  /** How long one try may take, in milliseconds. Default: 10,000. */
  readonly tryTimeoutMs?: number | undefined;
  /** Additional headers for every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export const clientOptionNames: OptionNames<ClientOptions> = {
  url: true,
  apiKey: true,
  deadlineMs: true,
  tryTimeoutMs: true,
  headers: true,
  fetch: true,
};

/** {@link ClientOptions} with the defaults filled in. */
export interface Settings {
  readonly url: string;
  readonly deadlineMs: number;
  readonly tryTimeoutMs: number;
  /** Functions, so that nothing that prints the settings shows a secret. */
  readonly apiKey: () => string | undefined;
  readonly headers: () => Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  /** Whether that is the `fetch` of the platform. */
  readonly isPlainFetch: boolean;
}

/** The environment of the process; empty in a browser. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return globalThis.process?.env ?? {};
}

/** Whether a variable says yes (`1`, `true`, `yes`, `on`) or no (`0`, `false`, `no`, `off`); the default for anything else. */
export function isOn(name: string, byDefault: boolean): boolean {
  const text = environment()[name]?.trim().toLowerCase() ?? '';
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  return ['0', 'false', 'no', 'off'].includes(text) ? false : byDefault;
}

/** Whether nothing is to be recorded, as in unit tests of steps: `RUNLEDGER_DISABLED=1`. Not where a test records. */
export function isDisabled(): boolean {
  return !currentSubstitute() && isOn('RUNLEDGER_DISABLED', false);
}

/** A variable in seconds, as milliseconds. */
export function millisecondsOf(name: string, defaultSeconds: number): number {
  const seconds = Number(environment()[name] || Number.NaN);
  return (seconds >= 0 ? seconds : defaultSeconds) * 1000;
}

/** What is wrong with a URL, without the user and password that may be in it. */
function refuseUrl(url: string): never {
  const shown = String(url).replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1');
  const hint =
    /^[a-z\d.-]+(:\d+)?(\/|$)/i.test(shown) && URL.canParse(`http://${shown}`) ? `http://${shown}` : undefined;
  const advice = hint === undefined ? 'Give one such as "http://127.0.0.1:4000/graphql".' : `Did you mean "${hint}"?`;
  throw badInput(`${JSON.stringify(shown)} is not the URL of a service (url, or RUNLEDGER_URL). ${advice}`);
}

/** The whole URL of the endpoint. Throws when it is not an http or https URL, or has a user or password in it. */
export function endpointUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.port === '0') refuseUrl(url);
  if (parsed.username !== '' || parsed.password !== '')
    throw badInput(
      `The URL of the service at ${parsed.host} (url, or RUNLEDGER_URL) has a user or password in it, which cannot be sent. Set RUNLEDGER_API_KEY to a key of the service, or use a proxy that adds the credentials.`,
    );
  if (!parsed.pathname.endsWith('/graphql')) parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/graphql`;
  parsed.hash = '';
  return parsed.href;
}

function milliseconds(value: number | undefined, name: string, fallback: number): number {
  if (value === undefined) return fallback;
  if (Number.isFinite(value) && value > 0) return value;
  throw badInput(`${name} must be a number of milliseconds above 0, not ${String(value)}.`);
}

/** The key without the white space around it, such as the newline that ends a mounted secret. */
function readApiKey(key: unknown): string | undefined {
  if (key !== undefined && typeof key !== 'string') throw badInput('apiKey must be a string.');
  const trimmed = key?.trim() || undefined;
  const wrong = trimmed && /[^\t\x20-\x7e\x80-\xff]/u.exec(trimmed);
  if (!wrong) return trimmed;
  const codePoint = `U+${(wrong[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  throw badInput(
    `The API key (apiKey, or RUNLEDGER_API_KEY) contains ${codePoint} at position ${wrong.index + 1}, which no HTTP header can carry. Is it the right key, and nothing else?`,
  );
}

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      // The message of the original error repeats the value, which may be a secret.
      throw badInput(`headers: HTTP cannot carry the header ${JSON.stringify(name)} with its value.`);
    }
  }
}

/** Fills in the defaults. Throws an InvalidCallError for a setting that cannot be used. */
export function settingsOf(options: ClientOptions = {}): Settings {
  const env = environment();
  const apiKey = readApiKey(options.apiKey || env['RUNLEDGER_API_KEY']);
  const headers = { ...options.headers };
  checkHeaders(headers);
  return {
    url: endpointUrl(options.url || env['RUNLEDGER_URL'] || 'http://127.0.0.1:4000/graphql'),
    apiKey: () => apiKey,
    deadlineMs: milliseconds(options.deadlineMs, 'deadlineMs', 30_000),
    tryTimeoutMs: milliseconds(options.tryTimeoutMs, 'tryTimeoutMs', 10_000),
    headers: () => headers,
    isPlainFetch: options.fetch === undefined,
    // Called as a plain function: browsers refuse a `fetch` that is called as a method of another object.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}
