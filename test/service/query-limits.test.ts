import { getIntrospectionQuery } from 'graphql';
import { describe, expect } from 'vitest';
import { log, startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

/** The status, and how long it took to say it, in milliseconds. */
async function ask(service: TestService, query: string, variables?: Record<string, unknown>) {
  const startedAt = performance.now();
  const { status, body } = await service.answer(JSON.stringify({ query, variables }), 'application/json');
  return { status, body, took: performance.now() - startedAt };
}

async function mustPass(service: TestService, query: string, variables?: Record<string, unknown>) {
  const { status, body } = await ask(service, query, variables);
  expect(status, body).toBe(200);
  expect(body).not.toContain('"errors"');
}

/** Refused with a 400 whatever is accepted, with a code, and before it costs anything. */
async function mustBeRefused(service: TestService, query: string, message?: RegExp) {
  const { status, body, took } = await ask(service, query);
  expect(status, body.slice(0, 500)).toBe(400);
  expect(took).toBeLessThan(1_000);
  const { errors } = JSON.parse(body);
  expect(errors.length).toBeGreaterThan(0);
  expect(body.length).toBeLessThan(20_000);
  if (message) expect(errors[0].message).toMatch(message);
  expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
}

/** Not valid GraphQL: 400 for those who know the media type of GraphQL. */
async function mustBeInvalid(service: TestService, query: string) {
  const startedAt = performance.now();
  const { status, body } = await service.answer(JSON.stringify({ query }), 'application/graphql-response+json');
  expect(status, body.slice(0, 500)).toBe(400);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(body.length).toBeLessThan(50_000);
  expect(JSON.parse(body).errors[0].extensions.code).toMatch(/^GRAPHQL_/);
}

const nested = (levels: number) =>
  `{ pipelineRun(ref: "x") { ${'step(name: "s") { run { '.repeat((levels - 2) / 2)}id${' } }'.repeat((levels - 2) / 2)} } }`;

describe('a query', () => {
  test('is at most 16 fields deep', async ({ service }) => {
    await mustPass(service, nested(16));
    await mustBeRefused(service, nested(18), /16/);
    const inFragment = (levels: number) =>
      `{ pipelineRun(ref: "x") { ...f } } fragment f on PipelineRun ${nested(levels).slice(24, -2)}`;
    await mustPass(service, inFragment(16));
    await mustBeRefused(service, inFragment(18), /16/);
    await mustBeRefused(service, '{ a '.repeat(1_300) + '}'.repeat(1_300), /16/);
  });

  test('has at most 100 aliases, of whatever field', async ({ service }) => {
    const aliases = (n: number, field: string) =>
      `{ ${Array.from({ length: n }, (_, i) => `a${i}: ${field}`).join(' ')} }`;
    for (const field of ['__typename', 'pipelineRun(ref: "x") { id }', '__schema { __typename }']) {
      await mustPass(service, aliases(100, field));
      await mustBeRefused(service, aliases(101, field), /100 aliases/);
    }
    await mustBeRefused(service, `{ ${'a: __typename '.repeat(101)} }`, /100 aliases/);
    await mustBeRefused(service, `{ ...f ...f } fragment f on Query ${aliases(51, '__typename')}`, /100 aliases/);
    await mustBeRefused(
      service,
      `{ ... { ...f } ... @include(if: true) { ...f } } fragment f on Query ${aliases(51, '__typename')}`,
      /100 aliases/,
    );
  });

  test('has at most 4,000 tokens', async ({ service }) => {
    await mustPass(service, `{ pipelineRun(ref: "x") { metadata(keys: [${'"k" '.repeat(3_970)}]) { id } } }`);
    await mustBeRefused(service, `{ ${'__typename '.repeat(4_001)} }`, /4,000 tokens/);
    await mustBeRefused(service, `query (${'$a: Int '.repeat(1_500)}) { __typename }`, /4,000 tokens/);
  });

  test('that does not parse is not called too long for a word in it', async ({ service }) => {
    const { body } = await ask(service, '{ __typename } tokens');
    expect(JSON.parse(body).errors[0]).toMatchObject({
      message: expect.stringMatching(/^Syntax Error: .*"tokens"/),
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    });
  });

  test('has at most 50 directives', async ({ service }) => {
    await mustPass(service, `{ ${'__typename @include(if: true) '.repeat(50)} }`);
    await mustBeRefused(service, `{ ${'__typename @include(if: true) '.repeat(51)} }`, /50 directives/);
    await mustBeRefused(service, `{ __typename ${'@include(if: true) '.repeat(51)} }`, /50 directives/);
    await mustBeRefused(service, `query ${'@x '.repeat(51)} { __typename }`, /50 directives/);
    await mustBeRefused(
      service,
      `{ ...f ...f } fragment f on Query { ${'__typename @skip(if: false) '.repeat(26)} }`,
      /50 directives/,
    );
  });

  test('has at most 64 KiB of text', async ({ service }) => {
    const text = '{ __typename } #';
    await mustPass(service, text.padEnd(65_536, 'x'));
    await mustBeRefused(service, text.padEnd(65_537, 'x'), /65,536 bytes/);
    await mustBeRefused(service, text + 'é'.repeat(32_768), /65,536 bytes/);
    await mustBeRefused(service, '{ '.repeat(2_000_000), /65,536 bytes/);
  });

  test('asks for at most 100,000 objects, by literal and by variable', async ({ service }) => {
    const pages =
      '{ pipelineRun(ref: "x") { steps(first: 200) { nodes { metadataHistory(key: "k", first: 200) { nodes { step { metadata { id } } } } } } } }';
    await mustBeRefused(service, pages, /100,000/);
    const { status } = await ask(service, pages.replaceAll('200', '$n').replace('{', 'query ($n: Int!) {'), { n: 200 });
    expect(status).toBe(400);
    await mustPass(service, pages.replaceAll('200', '$n').replace('{', 'query ($n: Int!) {'), { n: 3 });
    await mustBeRefused(service, pages.replaceAll('200', '$n').replace('{', 'query ($n: Int = 200) {'), /100,000/);
    await mustBeRefused(service, `{ ${'... { '.repeat(250)}${pages.slice(1, -1)}${' }'.repeat(250)} }`, /100,000/);
    await mustBeRefused(service, `{ ...f } fragment f on Query ${pages}`, /100,000/);
  });
});

describe('an attack', () => {
  const bomb = (levels: number, body: string) =>
    `{ ...f0 } ${Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ${i === levels - 1 ? body : `...f${i + 1} ...f${i + 1}`} }`).join(' ')}`;

  test('by fragments that double is refused, or harmless', async ({ service }) => {
    await mustBeRefused(service, bomb(60, 'a: __typename'), /aliases/);
    await mustBeRefused(service, bomb(60, '__typename @skip(if: true)'), /directives/);
    const { status, took } = await ask(service, bomb(60, '__typename'));
    expect(status).toBeLessThan(500);
    expect(took).toBeLessThan(1_000);
  });

  test('by fragments in a circle is refused', async ({ service }) => {
    await mustBeInvalid(service, '{ ...a } fragment a on Query { ...a }');
    await mustBeInvalid(
      service,
      '{ ...a } fragment a on Query { ...b } fragment b on Query { ...c ...a } fragment c on Query { ...b ...a }',
    );
    await mustBeInvalid(
      service,
      '{ pipelineRun(ref: "x") { ...r } } fragment r on PipelineRun { step(name: "s") { run { ...r } } }',
    );
    const ring = Array.from({ length: 300 }, (_, i) => `fragment f${i} on Query { ...f${(i + 1) % 300} }`).join(' ');
    await mustBeInvalid(service, `{ ...f0 } ${ring}`);
    const mesh = Array.from(
      { length: 30 },
      (_, i) => `fragment m${i} on Query { ${Array.from({ length: 30 }, (_, j) => `...m${j}`).join(' ')} }`,
    ).join(' ');
    await mustBeInvalid(service, `{ ...m0 } ${mesh}`);
  });

  test.for([
    ['one field again and again', `{ ${'pipelineRun(ref: "x") { id } '.repeat(420)} }`],
    [
      'one field in itself again and again',
      `{ ${'pipelineRun(ref: "x") { step(name: "s") { run { id } } } '.repeat(180)} }`,
    ],
    [
      'fields that cannot be merged',
      `{ ${Array.from({ length: 450 }, (_, i) => `pipelineRun(ref: "${i}") { id }`).join(' ')} }`,
    ],
    ['fields that do not exist', `{ ${Array.from({ length: 3_900 }, (_, i) => `x${i}`).join(' ')} }`],
    [
      'fragments that are not used',
      `{ __typename } ${Array.from({ length: 400 }, (_, i) => `fragment u${i} on Query { __typename }`).join(' ')}`,
    ],
    ['operations', Array.from({ length: 900 }, (_, i) => `query q${i} { __typename }`).join(' ')],
    ['inline fragments', `{ ${'... { '.repeat(1_300)} __typename ${'} '.repeat(1_300)} }`],
    ['introspection in circles', `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} } '.repeat(6)} } } }`],
  ] as const)('by %s is over quickly', async ([_, query], { service }) => {
    const { status, body, took } = await ask(service, query);
    expect(status).toBeLessThan(500);
    expect(body.length).toBeLessThan(200_000);
    expect(took).toBeLessThan(2_000);
  });

  test('by a literal that is deep is refused', async ({ service }) => {
    await startRun(service, { name: 'deep' });
    const literal = (levels: number, open: string, close: string) =>
      `mutation { logMetadata(input: { target: { run: "deep" }, metadata: { k: ${open.repeat(levels)}1${close.repeat(levels)} } }) { replayed } }`;
    await mustPass(service, literal(64, '[', ']'));
    await mustPass(service, literal(64, '{ a: ', '}'));
    for (const levels of [65, 66, 1_000]) {
      for (const [open, close] of [
        ['[', ']'],
        ['{ a: ', '}'],
      ] as const) {
        const { status, body, took } = await ask(service, literal(levels, open, close));
        expect(status).toBeLessThan(500);
        expect(took).toBeLessThan(1_000);
        expect(JSON.parse(body).errors[0].extensions.code).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
      }
    }
    expect(await service.sql(`SELECT FROM metadata_entry`)).toHaveLength(2);
  });

  test('leaves the service as it was', async ({ service }) => {
    await log(service, { run: 'deep' }, { alive: true });
    expect(service.unexpected).toEqual([]);
  });
});

test.for([
  [
    'as GraphiQL sends it',
    {
      schemaDescription: true,
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      oneOf: true,
    },
  ],
  ['as older tools send it', {}],
] as const)('the standard introspection %s passes', async ([_, options], { service }) => {
  const { status, body } = await ask(service, getIntrospectionQuery(options));
  expect(status).toBe(200);
  expect(JSON.parse(body).data.__schema.queryType.name).toBe('Query');
});
