import fc from 'fast-check';
import { expect } from 'vitest';
import { log, logBatchMutation, startRun, startStep } from '../support/ledger.ts';
import { openService, type TestService } from '../support/service.ts';
import { test as base } from '../support/test.ts';

// Three servers over one database, and writers that do as they please on them at the same time.
type Servers = [TestService, TestService, TestService];
const test = base.extend(
  'servers',
  { scope: 'file' },
  async ({ database, service, second }, { onCleanup }): Promise<Servers> => {
    const third = await openService({ database });
    onCleanup(third.close);
    return [service, second, third];
  },
);

const keys = ['a', 'b', 'c', 'd', 'e', 's0::a'];
const names = ['s0', 's1', 's2'];

const value = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 5 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom(null, true, [1, 'x'], { k: 0.5 }),
);
const entries = fc.array(fc.record({ key: fc.constantFrom(...keys), value }), { minLength: 1, maxLength: 8 });
/** `step` n means the n-th step that was started so far, superseded or not. */
const target = fc.oneof(
  fc.record({ kind: fc.constant('run' as const) }),
  fc.record({ kind: fc.constant('name' as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('step' as const), step: fc.nat({ max: 50 }) }),
);
const write = fc.record({ target, entries });
const action = fc.oneof(
  { weight: 4, arbitrary: write.map((one) => ({ kind: 'log' as const, writes: [one] })) },
  {
    weight: 2,
    arbitrary: fc.array(write, { minLength: 2, maxLength: 4 }).map((writes) => ({ kind: 'batch' as const, writes })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      name: fc.constantFrom(...names),
      cachedFrom: fc.option(fc.nat({ max: 50 })),
    }),
  },
);
const writers = fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), { minLength: 3, maxLength: 9 });

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

async function play(servers: Servers, plan: Action[][]): Promise<string> {
  const run = await startRun(servers[0]);
  const steps = (await Promise.all(names.map((name) => startStep(servers[0], run.id, name)))).map(({ id }) => id);
  const resolve = (aim: typeof target extends fc.Arbitrary<infer T> ? T : never) => {
    if (aim.kind === 'run') return { run: run.id };
    if (aim.kind === 'name') return { step: { run: run.id, name: aim.name } };
    return { stepId: steps[aim.step % steps.length] };
  };
  await Promise.all(
    plan.map(async (actions, writer) => {
      const service = servers[writer % servers.length]!;
      for (const one of actions) {
        if (one.kind === 'start') {
          const cachedFrom = one.cachedFrom === null ? null : steps[one.cachedFrom % steps.length];
          steps.push((await startStep(service, run.id, one.name, { cachedFrom })).id);
        } else if (one.kind === 'log') {
          await log(service, resolve(one.writes[0]!.target), undefined, { entries: one.writes[0]!.entries });
        } else {
          const inputs = one.writes.map((input) => ({ target: resolve(input.target), entries: input.entries }));
          await service.run(logBatchMutation, { inputs });
        }
      }
    }),
  );
  return run.id;
}

type Entry = { id: string; scope: string; key: string; type: string; logged: string; value: string };
const whole = '00000000-0000-0000-0000-000000000000';

/** What must be stored, worked out from the history and the attempts alone. */
async function expected(service: TestService, runId: string): Promise<unknown[]> {
  const history: Entry[] = await service.sql(
    'SELECT id::text, scope_id::text AS scope, key, type::text, value::text, logged_at::text AS logged FROM metadata_entry WHERE run_id = $1',
    [runId],
  );
  const attempts = await service.sql('SELECT id::text, name, attempt FROM step WHERE run_id = $1', [runId]);
  const newest = new Map<string, { id: string; attempt: number }>();
  for (const { id, name, attempt } of attempts)
    if (attempt > (newest.get(name)?.attempt ?? 0)) newest.set(name, { id, attempt });
  const nameOf = new Map([...newest].map(([name, { id }]) => [id, name]));
  const latest = new Map<string, Entry & { filter: string | null }>();
  const count = (scope: string, filter: string | null, entry: Entry) => {
    const place = `${scope} ${entry.key}`;
    const known = latest.get(place);
    if (!known || BigInt(entry.id) > BigInt(known.id)) latest.set(place, { ...entry, scope, filter });
  };
  for (const entry of history) {
    count(entry.scope, nameOf.get(entry.scope) ?? null, entry);
    if (entry.scope === runId || nameOf.has(entry.scope)) count(whole, '', entry);
  }
  return order(
    [...latest.values()].map(({ scope, key, id, filter, type, logged, value: text }) => {
      const json = JSON.parse(text);
      const kind = typeof json === 'number' ? 0 : typeof json === 'string' ? 1 : 2;
      // A numeric has no negative zero.
      const sorted = kind === 0 ? Number(json) + 0 : kind === 1 ? json : 'a hash';
      return { scope, key, id, filter, type, logged, kind, sorted };
    }),
  );
}

async function stored(service: TestService, runId: string): Promise<unknown[]> {
  const rows = await service.sql(
    `SELECT scope_id::text AS scope, key, entry_id::text AS id, filter_scope AS filter, type::text, logged_at::text AS logged, sort_class AS kind,
       sort_number AS number, sort_text AS text FROM latest_entry WHERE run_id = $1`,
    [runId],
  );
  return order(
    rows.map(({ number, text, ...row }) => ({
      ...row,
      sorted: row.kind === 0 ? Number(number) : row.kind === 1 ? text : 'a hash',
    })),
  );
}

const order = <T extends { scope: string; key: string }>(rows: T[]) =>
  rows.sort((a, b) => (`${a.scope} ${a.key}` < `${b.scope} ${b.key}` ? -1 : 1));

test('whatever the order or the number of writers, the stored latest equals what the whole history says', async ({
  servers,
}) => {
  await fc.assert(
    fc.asyncProperty(writers, async (plan) => {
      const runId = await play(servers, plan);
      expect(await stored(servers[0], runId)).toEqual(await expected(servers[0], runId));
      for (const service of servers) expect(service.unexpected).toEqual([]);
    }),
    // Concurrent plans do not fail the same way twice: shrinking them would look for something else.
    { numRuns: 25, endOnFailure: true },
  );
}, 60_000);

test('many writers who move the same latest rows in any order get through, and the greatest id wins', async ({
  servers,
}) => {
  const run = await startRun(servers[0]);
  const step = await startStep(servers[0], run.id, 's');
  const shared = Array.from({ length: 20 }, (_, n) => `k${n}`);
  await Promise.all(
    Array.from({ length: 90 }, async (_, n) => {
      const rotated = [...shared.slice(n % 20), ...shared.slice(0, n % 20)];
      const inOrder = n % 2 ? rotated : rotated.reverse();
      const more = { entries: inOrder.map((key) => ({ key, value: n })) };
      await log(servers[n % 3]!, n % 3 ? { stepId: step.id } : { run: run.id }, undefined, more);
    }),
  );
  expect(await stored(servers[0], run.id)).toEqual(await expected(servers[0], run.id));
});

test('what other steps log while a step is tried again is not lost to the run', async ({ servers }) => {
  const [one, two, three] = servers;
  const run = await startRun(one);
  await startStep(one, run.id, 's');
  const t = await startStep(one, run.id, 't');
  // Each round has keys of its own: what a later one writes would hide what an earlier one lost.
  for (let round = 0; round < 20; round += 1) {
    const entries = Array.from({ length: 150 }, (_, n) => ({ key: `${round} ${n}`, value: n }));
    await log(one, { step: { run: run.id, name: 's' } }, undefined, { entries });
    await Promise.all([
      startStep(one, run.id, 's'),
      ...[two, three, two, three].map((service) => log(service, { stepId: t.id }, undefined, { entries })),
    ]);
  }
  expect(await stored(servers[0], run.id)).toEqual(await expected(servers[0], run.id));
});
