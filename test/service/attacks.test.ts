import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect } from 'vitest';
import { type Attack, cursors, harmless, history, query, refused } from '../support/attacks.ts';
import { log, startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

async function ask(service: TestService, body: string) {
  const before = process.cpuUsage();
  const answered = await service.answer(body, 'application/graphql-response+json');
  const { user, system } = process.cpuUsage(before);
  return { ...answered, cpuMs: (user + system) / 1_000 };
}

/** The least of several goes: what others take of the machine, or the compiler at first, is not the attack's. */
async function costOf(service: TestService, attack: Attack): Promise<number> {
  const costs: number[] = [];
  for (let go = 0; go < 8 && !(costs.at(-1)! < 25); go += 1) costs.push((await ask(service, attack(go))).cpuMs);
  return Math.min(...costs);
}

beforeAll(() => setFlagsFromString('--expose-gc'));

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
    expect(await costOf(service, attack)).toBeLessThan(50);
  });

  test.for(Object.entries(harmless))('by %s is harmless', async ([_, attack], { service }) => {
    const { status, body } = await ask(service, attack(99));
    expect(status).toBeLessThan(500);
    expect(body.length).toBeLessThan(200_000);
    expect(body).not.toContain('INTERNAL_SERVER_ERROR');
    service.queries();
    // Megabytes take this long to be read, whatever is in them.
    expect(await costOf(service, attack)).toBeLessThan(150);
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
      const { body, cpuMs } = await ask(service, attack(0));
      const { errors } = JSON.parse(body);
      expect(errors?.[0].extensions.code, `${text.slice(0, 80)}: ${body.slice(0, 300)}`).toBe('BAD_USER_INPUT');
      expect(body.length).toBeLessThan(2_000);
      expect(cpuMs).toBeLessThan(1_000);
    }
  });

  test('leaves the service as it was: its memory, what it logs, and what it holds', { timeout: 300_000 }, async ({
    service,
  }) => {
    const collect = runInNewContext('gc') as () => void;
    const attacks = [...Object.values(refused), ...Object.values(harmless)];
    const heap = async () => {
      for (const attack of attacks) await service.answer(attack(7));
      // What the test itself remembers.
      service.queries();
      // What is garbage may hold what more is, until it is gone.
      for (let go = 0; go < 3; go += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        collect();
      }
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    // What is kept by design (documents, statements that connections have parsed) has its bounds, and fills up in steps.
    for (let go = 0; go < 3; go += 1) await heap();
    const before = await heap();
    for (let go = 0; go < 4; go += 1) await heap();
    const sent = 4 * attacks.reduce((sum, attack) => sum + attack(7).length, 0);
    expect((await heap()) - before, `of ${sent} bytes that were sent`).toBeLessThan(sent / 5);
    expect(service.unexpected).toEqual([]);
    expect(await service.sql('SELECT name FROM pipeline_run')).toEqual([{ name: 'known' }]);
    expect(await service.sql('SELECT key FROM metadata_entry ORDER BY 1')).toEqual([{ key: 'dict' }, { key: 'loss' }]);
  });
});
