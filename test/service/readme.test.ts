import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { readSettings } from '../../src/process/settings.ts';
import { test } from '../support/test.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...read('README.md').matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!);

test('the queries of the README give the answer that it shows', async ({ service }) => {
  const [log, query] = blocks('graphql');
  const [answer] = blocks('json');
  const logged = await service.run(log!);
  expect(logged.logMetadata).toEqual({ replayed: false });
  expect({ data: await service.run(query!) }).toEqual(parseJson(answer!));
});

test('.env.example has every setting, with its default', () => {
  const defaults = readSettings({}) as Record<string, unknown>;
  const given = new Map(
    [...read('.env.example').matchAll(/^(# )?([A-Z_]+)=(.*)$/gm)].map(([, commented, name, value]) => [
      name!,
      { isDefault: !commented, value },
    ]),
  );
  for (const [name, value] of Object.entries(defaults)) {
    const example = given.get(name);
    expect(example, name).toBeDefined();
    if (example?.isDefault) expect(String(value), name).toBe(example.value);
  }
  const known = new Set([
    ...Object.keys(defaults),
    'DATABASE_URL',
    'RUNLEDGER_DATA_DIR',
    'MIGRATE_DATABASE_URL',
    'METRICS_PORT',
    'RUNLEDGER_ADMIN_KEY',
    'AUTH_ISSUER',
    'AUTH_AUDIENCE',
    'AUTH_JWKS_URL',
    'RATE_LIMIT_REQUESTS',
    'RATE_LIMIT_BYTES',
  ]);
  expect([...given.keys()].filter((name) => !known.has(name))).toEqual([]);
});
