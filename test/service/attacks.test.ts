import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect } from 'vitest';
import { type Attack, cursors, fill, harmless, history, query, refused } from '../support/attacks.ts';
import { log, startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

async function ask(service: TestService, body: string) {
  const before = process.cpuUsage();
  const answered = await service.answer(body, 'application/graphql-response+json');
  const { user, system } = process.cpuUsage(before);
  return { ...answered, cpuMs: (user + system) / 1_000 };
}

/** What an attack may take of a core. In CPU time: a busy machine is not the attack's doing. */
const maxCpuMs = 50;

/** The least of several goes: what the compiler and the collector take now and then is not the attack's. */
async function costOf(service: TestService, attack: Attack): Promise<number> {
  const costs: number[] = [];
  for (let go = 0; go < 8 && !(costs.at(-1)! < 25); go += 1) costs.push((await ask(service, attack(go))).cpuMs);
  return Math.min(...costs);
}

beforeAll(() => setFlagsFromString('--expose-gc'));

/** Without what is garbage. */
async function memoryInUse(): Promise<number> {
  const collect = runInNewContext('gc') as () => void;
  // What is garbage may hold what more is, until it is gone.
  for (let go = 0; go < 3; go += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('an attack', () => {
  test.beforeAll(async ({ service }) => {
    await startRun(service, { name: 'known' });
    await log(service, { run: 'known' }, { loss: 0.5, dict: { a: 'x' } });
    service.queries();
  });

  test.for(Object.entries(refused))('by %s is refused at once', async ([_, attack], { service }) => {
    const { status, body } = await ask(service, attack(99));
    expect([status, status === 200 && body], body.slice(0, 300)).toEqual([
      expect.toBeOneOf([200, 400]),
      expect.anything(),
    ]);
    const { errors, data } = JSON.parse(body);
    expect(errors[0].extensions.code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED)$/);
    expect(data ?? null, body.slice(0, 300)).toBeNull();
    expect(body.length).toBeLessThan(30_000);
    expect(service.queries()).toEqual([]);
    expect(await costOf(service, attack)).toBeLessThan(maxCpuMs);
  });

  test.for(Object.entries(harmless))('by %s is harmless', async ([_, attack], { service }) => {
    const { status, body } = await ask(service, attack(99));
    expect(status).toBeLessThan(500);
    expect(body.length).toBeLessThan(200_000);
    expect(body).not.toContain('INTERNAL_SERVER_ERROR');
    service.queries();
    expect(await costOf(service, attack)).toBeLessThan(maxCpuMs);
  });

  test.for(cursors.map((text) => [text] as const))('by the cursor %.40j is refused', async ([text], { service }) => {
    for (const attack of [
      query('query ($c: String) { pipelineRuns(after: $c) { nodes { id } } }', { c: text }),
      query('query ($c: String) { pipelineRuns(after: $c, orderBy: { metadata: { key: "loss" } }) { nodes { id } } }', {
        c: text,
      }),
      query('query ($c: String) { pipelineRun(ref: "known") { steps(after: $c) { nodes { id } } } }', { c: text }),
      history(text),
      query('query ($c: String) { pipelines(after: $c) { nodes { name } } }', { c: text }),
    ]) {
      const { body } = await ask(service, attack(99));
      const { errors } = JSON.parse(body);
      expect(errors?.[0].extensions.code, `${text.slice(0, 80)}: ${body.slice(0, 300)}`).toBe('BAD_USER_INPUT');
      expect(body.length).toBeLessThan(2_000);
      expect(await costOf(service, attack)).toBeLessThan(maxCpuMs);
    }
  });

  test('leaves the service as it was: its memory, what it logs, and what it holds', { timeout: 300_000 }, async ({
    service,
  }) => {
    const attacks = [...Object.values(refused), ...Object.values(harmless)];
    const round = async () => {
      for (const attack of attacks) await service.answer(attack(7));
      // What the test itself remembers.
      service.queries();
      return memoryInUse();
    };
    // What is kept by design has its bounds: documents, and the statements that each connection has parsed.
    for (let go = 0; go < 4; go += 1) await round();
    const base = await round();
    const after: number[] = [];
    for (let go = 0; go < 6; go += 1) after.push((await round()) - base);
    const sent = 6 * attacks.reduce((sum, attack) => sum + attack(7).length, 0);
    expect(sent).toBeGreaterThan(100_000_000);
    expect(after.at(-1), `bytes more, round by round: ${after}; sent were ${sent}`).toBeLessThan(4_000_000);
    expect(service.unexpected).toEqual([]);
    expect(await service.sql('SELECT name FROM pipeline_run')).toEqual([{ name: 'known' }]);
    expect(await service.sql('SELECT key FROM metadata_entry ORDER BY 1')).toEqual([{ key: 'dict' }, { key: 'loss' }]);
  });

  test('by megabytes around short queries leaves nothing but the queries', { timeout: 120_000 }, async ({
    service,
  }) => {
    // Long numbers are read by a parser of our own, which cuts texts out of the body.
    const body = (n: number) =>
      `{"query":"{ __typename } # short ${n}","variables":{"a":${'7'.repeat(30)},"b":"${fill(2_000_000)}"}}`;
    await service.answer(body(0));
    const base = await memoryInUse();
    for (let n = 1; n <= 20; n += 1) expect((await service.answer(body(n))).status).toBe(200);
    expect((await memoryInUse()) - base).toBeLessThan(4_000_000);
  });
});
