import { describe, expect } from 'vitest';
import { explainGeneric } from '../support/explain-generic.ts';
import { log, startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test, testAlone } from '../support/test.ts';

// Ids are random: where the beginning of one is short, another run's may begin like it, so such tests are alone.

const find = async (service: TestService, ref: string): Promise<string | null> =>
  (await service.run('query ($ref: String!) { pipelineRun(ref: $ref) { name } }', { ref })).pipelineRun?.name ?? null;
const refuse = (service: TestService, ref: string) =>
  service.fail('query ($ref: String!) { pipelineRun(ref: $ref) { id } }', { ref });
const finish = (service: TestService, ref: string) =>
  service.fail('mutation ($ref: String!) { finishRun(ref: $ref) { id } }', { ref });

describe('by id', () => {
  const id = '0ab1c2d3-0000-4000-8000-00000000a001';
  test.beforeAll(({ service }) => startRun(service, { id, name: 'by id' }));

  test.for([
    ['with hyphens', id],
    ['without hyphens', id.replaceAll('-', '')],
    ['in upper case', id.toUpperCase()],
    ['in upper case without hyphens', id.replaceAll('-', '').toUpperCase()],
  ] as const)('32 hex digits %s', async ([_, ref], { service }) => expect(await find(service, ref)).toBe('by id'));

  test('32 hex digits are an id and nothing else: no name starts with them', async ({ service }) => {
    const other = '0ab1c2d3-0000-4000-8000-00000000a002';
    await startRun(service, { name: `${other}-and-more` });
    expect(await find(service, other)).toBeNull();
    expect(await find(service, `${other}-a`)).toBe(`${other}-and-more`);
  });

  test('no run can have a name of 32 hex digits, wherever its hyphens stand', async ({ service }) => {
    const names = [id, id.replaceAll('-', ''), `${'f'.repeat(31)}-A`, 'a-'.repeat(32), 'a---'.repeat(32)];
    for (const name of names) {
      const error = await service.fail('mutation ($name: String) { startRun(input: { name: $name }) { id } }', {
        name,
      });
      expect(error.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('by name', () => {
  test('exact beats prefix: run-1 is found while run-10 exists', async ({ service }) => {
    for (const name of ['run-1', 'run-10', 'run-100']) await startRun(service, { name });
    expect(await find(service, 'run-1')).toBe('run-1');
    expect(await find(service, 'run-10')).toBe('run-10');
    expect(await find(service, 'run-100')).toBe('run-100');
  });

  testAlone('exact beats the prefix of an id', async ({ service }) => {
    await startRun(service, { id: 'beef0000-0000-4000-8000-000000000001', name: 'an id of beef' });
    await startRun(service, { name: 'beef' });
    expect(await find(service, 'beef')).toBe('beef');
    expect(await find(service, 'BEEF')).toBe('an id of beef');
  });

  test('names are told apart by case', async ({ service }) => {
    await startRun(service, { name: 'Case' });
    expect(await find(service, 'Case')).toBe('Case');
    expect(await find(service, 'case')).toBeNull();
  });

  test('a name that is hex, but not of 32 digits, is a name', async ({ service }) => {
    for (const name of ['c0ffee01', 'c'.repeat(31), 'c'.repeat(33), 'd'.repeat(200)]) {
      await startRun(service, { name });
      expect(await find(service, name)).toBe(name);
    }
    expect(await find(service, 'd'.repeat(100))).toBe('d'.repeat(200));
    expect(await find(service, 'e'.repeat(33))).toBeNull();
    expect(await find(service, 'e'.repeat(5_000))).toBeNull();
  });
});

describe('by the beginning', () => {
  test('of a name, when only one starts with it', async ({ service }) => {
    await startRun(service, { name: 'nightly training of iris' });
    expect(await find(service, 'nightly')).toBe('nightly training of iris');
    expect(await find(service, 'nightly training of iris')).toBe('nightly training of iris');
    expect(await find(service, 'nightly training of iris.')).toBeNull();
    expect(await find(service, 'training of iris')).toBeNull();
  });

  testAlone('of an id, hyphens or not, in any case', async ({ service }) => {
    await startRun(service, { id: 'fade1234-5678-4abc-9def-000000000001', name: 'found by its id' });
    const refs = ['fade', 'FADE12', 'fade1234', 'fade1234-', 'fade1234-56', 'fade12345678', 'FADE1234-5678-4ABC'];
    refs.push('fade1234-5678-4abc-9def-00000000000', 'fade123456784abc9def00000000000');
    for (const ref of refs) expect(await find(service, ref)).toBe('found by its id');
  });

  test('a hyphen where ids have none is no beginning of an id', async ({ service }) => {
    for (const ref of ['fa-de', 'fade-1234', 'fade1234--', '-fade', 'fade1234-567-84', 'fade12345-', '-'])
      expect(await find(service, ref)).toBeNull();
  });

  testAlone('names and ids together: one of each is ambiguous, one run by both is not', async ({ service }) => {
    await startRun(service, { id: 'abad0000-0000-4000-8000-000000000001', name: 'abad itself' });
    expect(await find(service, 'abad')).toBe('abad itself');
    await startRun(service, { id: 'abadcafe-0000-4000-8000-000000000001', name: 'of the same beginning' });
    expect((await refuse(service, 'abad')).extensions.code).toBe('AMBIGUOUS');
    expect(await find(service, 'abadc')).toBe('of the same beginning');
  });

  test.for(['%', '_', '\\', '\\%', '%%', '__', '*', '^', '[', "'", '$1'])(
    '%s is a plain character',
    async (mark, { service }) => {
      await startRun(service, { name: `p${mark}q-1` });
      await startRun(service, { name: `${mark}start` });
      expect(await find(service, `p${mark}q`)).toBe(`p${mark}q-1`);
      expect(await find(service, `p${mark}z`)).toBeNull();
      expect(await find(service, `${mark}s`)).toBe(`${mark}start`);
    },
  );

  test('characters outside the basic plane, and the last ones there are', async ({ service }) => {
    for (const name of ['🌲 fir', '🌳 oak', '\u{10ffff}\u{10ffff}', '\ud7ff!', '\ue000!', '\uffff!', '日本'])
      await startRun(service, { name });
    expect(await find(service, '🌲')).toBe('🌲 fir');
    expect(await find(service, '🌳')).toBe('🌳 oak');
    expect(await find(service, '\u{10ffff}')).toBe('\u{10ffff}\u{10ffff}');
    expect(await find(service, '\ud7ff')).toBe('\ud7ff!');
    expect(await find(service, '\ue000')).toBe('\ue000!');
    expect(await find(service, '\uffff')).toBe('\uffff!');
    expect(await find(service, '日')).toBe('日本');
  });
});

describe('AMBIGUOUS', () => {
  test('lists each as `name (id)`, by name, and asks for more characters', async ({ service }) => {
    const b = await startRun(service, { name: 'twin-b' });
    const a = await startRun(service, { name: 'twin-a' });
    const error = await refuse(service, 'twin');
    expect(error.extensions).toMatchObject({ code: 'AMBIGUOUS', candidates: [a, b] });
    expect(error.message).toContain(`twin-a (${a.id}), twin-b (${b.id})`);
    expect(error.message).toMatch(/more characters/);
    expect(error.message).not.toContain('and more');
  });

  test('lists five at most', async ({ service }) => {
    for (let n = 1; n <= 7; n += 1) await startRun(service, { name: `many-${n}` });
    const { message } = await refuse(service, 'many-');
    expect(message.match(/many-\d \(/g)).toEqual(['many-1 (', 'many-2 (', 'many-3 (', 'many-4 (', 'many-5 (']);
    expect(message).toContain('more');
  });

  test('from a mutation too, which then writes nothing', async ({ service }) => {
    expect((await finish(service, 'twin')).extensions.code).toBe('AMBIGUOUS');
    await expect(log(service, { run: 'twin' }, { x: 1 })).rejects.toThrow('AMBIGUOUS');
    expect(await service.sql(`SELECT FROM metadata_entry WHERE key = 'x'`)).toEqual([]);
  });
});

describe('none', () => {
  test('is null from a query and NOT_FOUND, with the reference, from a mutation', async ({ service }) => {
    expect(await find(service, 'nobody')).toBeNull();
    for (const ref of ['nobody', 'c0ffee00-0000-4000-8000-000000000000', '']) {
      const error = await finish(service, ref);
      expect(error.extensions.code).toBe('NOT_FOUND');
      expect(error.message).toContain(JSON.stringify(ref));
    }
  });

  test.for([
    ['an empty text', ''],
    ['NUL', 'run-1\0'],
    ['a high surrogate alone', 'run-\ud83c'],
    ['a low surrogate alone', '\udf32'],
    ['blanks', '   '],
    ['100,000 characters', 'x'.repeat(100_000)],
  ] as const)('for %s', async ([_, ref], { service }) => {
    expect(await find(service, ref)).toBeNull();
    expect((await finish(service, ref)).extensions.code).toBe('NOT_FOUND');
  });
});

test('many references in one request are found in one statement, each with its own answer', async ({ service }) => {
  await startRun(service, { name: 'shared look-up' });
  service.queries();
  const answers = await service.run(
    '{ a: pipelineRun(ref: "shared") { name } b: pipelineRun(ref: "run-1") { name } c: pipelineRun(ref: "nobody") { name } }',
  );
  expect(answers).toEqual({ a: { name: 'shared look-up' }, b: { name: 'run-1' }, c: null });
  expect(service.queries()).toHaveLength(1);
});

test('among many runs every way is a look-up in an index', async ({ service }) => {
  await service.sql(`INSERT INTO pipeline_run (id, name, pipeline, started_at)
    SELECT gen_random_uuid(), 'bulk-' || n, 'p', now() FROM generate_series(1, 20000) n`);
  await service.sql('ANALYZE pipeline_run');
  service.queries();
  await find(service, 'bulk-777');
  const [statement] = service.queries();
  const plan = await explainGeneric(service, statement!);
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).not.toContain('Seq Scan on pipeline_run');
  for (const index of ['pipeline_run_pkey', 'pipeline_run_name_key']) expect(text).toContain(index);
});
