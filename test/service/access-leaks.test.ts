import fc from 'fast-check';
import { expect } from 'vitest';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import { anonymous, sightOfPipelines } from '../../src/domain/caller.ts';
import { log, startRun, startStep } from '../support/ledger.ts';
import { openService, type TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

// Two pipelines with the same kinds of data. Whatever a caller for one of them asks, it gets what a service that holds nothing
// else would answer.

const narrow = { ...anonymous, kind: 'key' as const, pipelines: ['ours*'], sight: sightOfPipelines(['ours*']) };

type Plan = {
  name: string;
  theirs: boolean;
  entries: { key: string; value: unknown }[];
  step: string | null;
  finish: boolean;
};

const keys = ['acc', 'loss', 'cfg', 'only'];
const values = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b', null, true, { lr: 1 }, [1, 2]));
const plan: fc.Arbitrary<Plan> = fc.record({
  name: fc.stringMatching(/^[ab][abc]{0,2}$/),
  theirs: fc.boolean(),
  entries: fc.array(fc.record({ key: fc.constantFrom(...keys), value: values }), { minLength: 1, maxLength: 4 }),
  step: fc.option(fc.constantFrom('train', 'eval')),
  finish: fc.boolean(),
});

/** Ids of runs and steps that both services share: of the place of a run, so that answers can be compared. */
const idOf = (place: number, kind: number) =>
  `${String(kind)}${String(place).padStart(7, '0')}-0000-4000-8000-000000000000`;

async function fill(service: TestService, plans: Plan[], isHeld: (plan: Plan) => boolean): Promise<void> {
  for (const [place, { name, theirs, entries, step, finish }] of plans.entries()) {
    if (!isHeld(plans[place]!)) continue;
    const pipeline = theirs ? 'theirs' : `ours${place % 2}`;
    const startedAt = new Date(Date.UTC(2026, 0, 1, 0, place)).toISOString();
    const run = await startRun(service, { id: idOf(place, 1), name: `${name}-${place}`, pipeline, startedAt });
    if (step) await startStep(service, run.id, step, { id: idOf(place, 2), startedAt });
    const target = step ? { stepId: idOf(place, 2) } : { run: run.id };
    await log(service, target, undefined, { entries, loggedAt: startedAt });
    if (finish)
      await service.run('mutation ($r: String!, $e: DateTime) { finishRun(ref: $r, endedAt: $e) { id } }', {
        r: run.id,
        e: new Date(Date.UTC(2026, 0, 1, 1, place * 7)).toISOString(),
      });
  }
}

const run =
  '{ id name pipeline status runMetadata(key: "acc") { key value } steps { totalCount nodes { id name } } metadata { qualifiedKey value } }';
const ref = fc.oneof(
  fc.stringMatching(/^[ab][abc]{0,2}$/),
  fc.nat({ max: 9 }).map((place) => idOf(place, 1)),
  fc.constantFrom('1', '10', '1000000'),
);
const json = JSON.stringify;
const filter = fc.oneof(
  fc.constant('{}'),
  fc.constantFrom('theirs', 'ours0', 'ours1').map((name) => `{ pipeline: ${json(name)} }`),
  fc.constantFrom(...keys).map((key) => `{ metadata: { key: ${json(key)} } }`),
  fc.constantFrom(...keys).map((key) => `{ not: { metadata: { key: ${json(key)}, gt: 1 } } }`),
  fc.stringMatching(/^[ab]$/).map((name) => `{ or: [{ namePrefix: ${json(name)} }, { status: [RUNNING] }] }`),
);
const order = fc.constantFrom(
  '{ startedAt: ASC }',
  '{ endedAt: DESC }',
  '{ duration: ASC }',
  '{ name: ASC }',
  '{ metadata: { key: "acc" } }',
);
const question: fc.Arbitrary<string> = fc.oneof(
  ref.map((text) => `{ it: pipelineRun(ref: ${json(text)}) ${run} }`),
  fc
    .tuple(filter, order)
    .map(([f, o]) => `{ it: pipelineRuns(first: 50, filter: ${f}, orderBy: ${o}) { totalCount nodes ${run} } }`),
  filter.map((f) => `{ it: runFacets(filter: ${f}) { total statuses { status runs } pipelines { pipeline runs } } }`),
  fc.constant('{ it: runFacets { total pipelines { pipeline runs } } }'),
  fc.constant('{ it: pipelines { totalCount nodes { name runs lastStartedAt } } }'),
  fc
    .constantFrom('', 'pipeline: "theirs"', 'pipeline: "ours0"', 'qualified: true', 'prefix: "a"')
    .map((args) => `{ it: metadataKeys${args ? `(${args})` : ''} { key runs types lastLoggedAt } }`),
  fc
    .nat({ max: 9 })
    .map((place) => `{ it: step(id: "${idOf(place, 2)}") { id name run { id } runMetadata(key: "acc") { value } } }`),
  fc
    .array(ref, { minLength: 1, maxLength: 2 })
    .map((refs) => `{ it: compareRuns(refs: ${json(refs)}) { runs { id } rows { key differs } } }`),
  fc
    .array(ref, { minLength: 1, maxLength: 2 })
    .map((refs) => `{ it: series(refs: ${json(refs)}, keys: ["acc", "loss"]) { key total min max } }`),
  ref.map(
    (text) => `mutation { it: logMetadata(input: { target: { run: ${json(text)} }, entries: [] }) { replayed } }`,
  ),
  fc.nat({ max: 9 }).map((place) => `mutation { it: finishStep(id: "${idOf(place, 2)}", status: RUNNING) { id } }`),
);

async function answer(service: TestService, query: string, caller: typeof anonymous): Promise<string> {
  const { body } = await service.app.answer({ body: stringifyJson({ query }), accept: 'application/json', caller });
  return String(body);
}

test('a key for some pipelines gets what a service would answer that holds no others', {
  timeout: 300_000,
}, async () => {
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 4, maxLength: 9 }),
      fc.array(question, { minLength: 25, maxLength: 25 }),
      async (plans, questions) => {
        const [both, alone] = [await openService(), await openService()];
        try {
          await fill(both, plans, () => true);
          await fill(alone, plans, ({ theirs }) => !theirs);
          for (const query of questions) {
            asked += 1;
            expect(await answer(both, query, narrow), query).toBe(await answer(alone, query, anonymous));
          }
        } finally {
          await both.close();
          await alone.close();
        }
      },
    ),
    { numRuns: 8, endOnFailure: true },
  );
  expect(asked).toBeGreaterThan(100);
});
