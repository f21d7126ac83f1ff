import { inspect } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { createClient, InvalidCallError } from '../../clients/typescript/src/browser.ts';
import { type ClientOptions, settingsOf } from '../../clients/typescript/src/options.ts';
import { headersOf } from '../../clients/typescript/src/post.ts';

afterEach(() => vi.unstubAllEnvs());

const url = 'http://127.0.0.1:9';
const secret = 'rl_abc_0123456789';

/** Everything about a value that could end up in a log. */
function shown(value: unknown): string {
  const own = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true });
  return `${own} ${JSON.stringify(value)} ${String(value)} ${value instanceof Error ? value.stack : ''}`;
}

/** The error of settings that cannot be used. */
function refusal(options: ClientOptions): Error {
  try {
    settingsOf(options);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidCallError);
    return error as Error;
  }
  throw new Error('The settings should have been refused.');
}

const authorization = (options: ClientOptions) => headersOf(settingsOf(options), '*/*')['authorization'];

test('the white space around an API key, such as the newline of a mounted secret, is not part of it', () => {
  expect(authorization({ url, apiKey: `${secret}\n` })).toBe(`Bearer ${secret}`);
  vi.stubEnv('RUNLEDGER_API_KEY', ` ${secret}\r\n`);
  expect(authorization({ url })).toBe(`Bearer ${secret}`);
  vi.stubEnv('RUNLEDGER_API_KEY', '\n');
  expect(authorization({ url })).toBeUndefined();
});

test.each([
  ['a line break', `${secret}\n${secret}`, 'U+000A'],
  ['a control character', `${secret}\0x`, 'U+0000'],
  ['a character beyond Latin-1', `${secret}…`, 'U+2026'],
])('an API key with %s is refused at once, without being shown', (_, apiKey, character) => {
  const error = refusal({ url, apiKey });
  expect(error.message).toContain(character);
  expect(error.message).toContain('RUNLEDGER_API_KEY');
  expect(shown(error)).not.toContain(secret);
});

test('a header that cannot be sent is refused by its name, without its value', () => {
  const error = refusal({ url, headers: { 'x-key': `${secret}\n${secret}` } });
  expect(error.message).toContain('"x-key"');
  expect(shown(error)).not.toContain(secret);
});

test('neither a client nor its settings nor its errors show the API key or the headers', async () => {
  const options = { url, apiKey: secret, headers: { 'x-key': secret }, deadlineMs: 50 };
  const client = createClient(options);
  expect(shown(client)).not.toContain(secret);
  expect(shown(settingsOf(options))).not.toContain(secret);
  for (const fetch of [
    globalThis.fetch,
    async () => new Response('<html>', { status: 401 }),
    async () => new Response('<html>', { status: 502 }),
    async () => Response.json({ errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] }),
  ]) {
    const error = await createClient({ ...options, fetch })
      .pipelineRun('r')
      .then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(shown(error)).not.toContain(secret);
  }
});

test.each([
  ['localhost:4000', 'Did you mean "http://localhost:4000"?'],
  ['ledger.example.com', 'Did you mean "http://ledger.example.com"?'],
  ['http://127.0.0.1:99999', 'such as "http://127.0.0.1:4000/graphql"'],
  ['http://127.0.0.1:0', 'such as "http://127.0.0.1:4000/graphql"'],
  ['ftp://127.0.0.1', 'such as "http://127.0.0.1:4000/graphql"'],
  ['http://', 'such as "http://127.0.0.1:4000/graphql"'],
])('the URL %s is refused when the settings are read, and by the name of its setting', (wrong, advice) => {
  const { message } = refusal({ url: wrong });
  expect(message).toContain(JSON.stringify(wrong));
  expect(message).toContain(advice);
  expect(message).toContain('RUNLEDGER_URL');
});

test.each([
  'http://user:hunter2@127.0.0.1:4000',
  'http://user:hunter2@127.0.0.1:99999',
  'user:hunter2@127.0.0.1:4000',
  'http://:hunter2@127.0.0.1:4000/graphql',
  'http://user:hunter2/x@127.0.0.1:4000',
])('a URL with a password, %s, is refused, without showing it', (wrong) => {
  const error = refusal({ url: wrong });
  expect(shown(error)).not.toContain('hunter2');
});

test('a URL with a user or password says what to use instead', () => {
  const { message } = refusal({ url: 'http://user:hunter2@127.0.0.1:4000' });
  expect(message).toContain('RUNLEDGER_API_KEY');
  expect(message).toContain('proxy');
});

test('a port that fetch refuses is an error of the call, at once', async () => {
  const call = createClient({ url: 'http://127.0.0.1:6000' }).pipelineRun('r');
  await expect(call).rejects.toMatchObject({ name: 'InvalidCallError', code: 'NOT_RUNLEDGER' });
});
