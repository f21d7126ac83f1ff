import fc from 'fast-check';
import { expect } from 'vitest';
import { anonymous } from '../../src/domain/caller.ts';
import { type Events, follow } from '../support/events.ts';
import { openService, type TestService } from '../support/service.ts';
import { testAlone as test } from '../support/test.ts';

// Eight writers (logging, starting, finishing, taking back, deleting) over two servers, and three followers of all that
// happens, one of which is cut again and again. Each keeps what the API would answer by the changes alone, begun in the midst.

/** How long writers write; CI lets them for a minute. */
const seconds = Number(process.env['CHANGES_SECONDS'] ?? 5);
const writers = 8;

type Run = { name: string; status: string; steps: Map<string, string>; entries: Map<string, unknown> };
/** What a follower knows: runs by id. */
type Known = Map<string, Run>;

const subscription = `subscription ($after: ID) { changes(after: $after) {
  __typename cursor
  ... on RunChanged { run { id name status } }
  ... on StepChanged { run { id } step { id status } }
  ... on EntryLogged { run { id } entry { id key value } }
  ... on EntryRetracted { run { id } entry { id } }
  ... on RunDeleted { runId }
} }`;

/** Everything there is, as the API answers it. */
async function load(service: TestService): Promise<Known> {
  const known: Known = new Map();
  const query = `query ($after: String) { pipelineRuns(first: 100, after: $after) {
    nodes { id name status steps(first: 200, includeRetried: true) { nodes { id status } }
      metadataHistory(key: "k", first: 200) { nodes { id value } } }
    pageInfo { hasNextPage endCursor } } }`;
  for (let after: string | null = null; ; ) {
    const { pipelineRuns } = await service.run(query, { after });
    for (const run of pipelineRuns.nodes) {
      known.set(run.id, {
        name: run.name,
        status: run.status,
        steps: new Map(run.steps.nodes.map((step: { id: string; status: string }) => [step.id, step.status])),
        entries: new Map(
          run.metadataHistory.nodes.map((entry: { id: string; value: unknown }) => [entry.id, entry.value]),
        ),
      });
    }
    if (!pipelineRuns.pageInfo.hasNextPage) return known;
    after = pipelineRuns.pageInfo.endCursor;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of a change is that of the subscription above
function apply(known: Known, change: any): void {
  const of = (id: string) => {
    const run = known.get(id) ?? { name: '', status: '', steps: new Map(), entries: new Map() };
    known.set(id, run);
    return run;
  };
  if (change.__typename === 'RunDeleted') known.delete(change.runId);
  else if (change.__typename === 'RunChanged')
    Object.assign(of(change.run.id), { name: change.run.name, status: change.run.status });
  else if (change.__typename === 'StepChanged') of(change.run.id).steps.set(change.step.id, change.step.status);
  else if (change.__typename === 'EntryLogged') {
    if (change.entry.key === 'k') of(change.run.id).entries.set(change.entry.id, change.entry.value);
  } else of(change.run.id).entries.delete(change.entry.id);
}

type Told = { seen: bigint[]; known: Known };

/** Follows until a change of the run `end` comes; with `cutMs`, breaks off after so long and goes on from the last cursor. */
async function followUntil(service: TestService, end: string, cutMs: number | null): Promise<Told> {
  // The stream stands before what it is to be applied to is read: what comes twice is applied twice.
  let events: Events = await follow(service, subscription);
  const seen: bigint[] = [];
  const known = await load(service);
  let after: string | null = null;
  let cutAt = cutMs === null ? Number.POSITIVE_INFINITY : Date.now() + cutMs;
  for (;;) {
    if (Date.now() > cutAt && after !== null) {
      await events.cut();
      events = await follow(service, subscription, { after });
      cutAt = Date.now() + cutMs!;
    }
    const { changes } = await events.next();
    seen.push(BigInt(changes.cursor));
    after = changes.cursor;
    apply(known, changes);
    if (changes.__typename === 'RunChanged' && changes.run.name === end) break;
  }
  await events.cut();
  return { seen, known };
}

/** One writer: does whatever comes next to runs of its own, until the time is over. */
async function write(services: TestService[], writer: number, until: number): Promise<void> {
  const service = services[writer % services.length]!;
  const dice = fc.sample(fc.nat({ max: 99 }), { numRuns: 5_000, seed: writer + 1 });
  const runs: string[] = [];
  const steps: string[] = [];
  const entries: string[] = [];
  const run = (query: string, variables?: Record<string, unknown>) => service.run(query, variables);
  for (let turn = 0; Date.now() < until; turn += 1) {
    const die = dice[turn % dice.length]!;
    const mine = runs.at(-1);
    if (!mine || die < 8) {
      const { startRun } = await run('mutation { startRun { id } }');
      runs.push(startRun.id);
    } else if (die < 20) {
      const query = 'mutation ($r: String!, $n: String!) { startStep(input: { run: $r, name: $n }) { id } }';
      steps.push((await run(query, { r: mine, n: `s${die % 3}` })).startStep.id);
    } else if (die < 25 && steps.length > 0) {
      // Superseded ones stay RETRIED; one that has ended otherwise is a CONFLICT.
      await service.app.answer({
        body: JSON.stringify({
          query: `mutation { finishStep(id: "${steps.at(-1)}", status: ${die % 2 ? 'FAILED' : 'COMPLETED'}) { id } }`,
        }),
        caller: anonymous,
      });
    } else if (die < 30 && entries.length > 0) {
      const id = entries.splice(die % entries.length, 1)[0];
      await run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "no") { latest { id } } }', { id });
    } else if (die < 33 && runs.length > 1) {
      const gone = runs.shift()!;
      await run('mutation ($r: String!) { deleteRun(ref: $r) }', { r: gone });
      entries.length = 0;
    } else if (die < 36) {
      await run('mutation ($r: String!) { finishRun(ref: $r) { id } }', { r: mine });
      runs.pop();
      steps.length = 0;
      entries.length = 0;
    } else {
      const query = `mutation ($r: String!, $v: JSON) { logMetadata(input: { target: { run: $r }, entries: [{ key: "k", value: $v }, { key: "other", value: 1 }] }) { entries { id } } }`;
      const { logMetadata } = await run(query, { r: mine, v: { writer, turn } });
      entries.push(logMetadata.entries[0].id);
    }
  }
}

const plain = (known: Known) =>
  [...known]
    .map(([id, { name, status, steps, entries }]) => ({
      id,
      name,
      status,
      steps: [...steps].sort(([a], [b]) => (a < b ? -1 : 1)),
      entries: [...entries].sort(([a], [b]) => Number(BigInt(a) - BigInt(b))),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

test('followers of all that happens hold in the end exactly what the API answers', {
  timeout: seconds * 1_000 + 60_000,
}, async ({ service, database }) => {
  const second = await openService({ database });
  try {
    const until = Date.now() + seconds * 1_000;
    const working = Array.from({ length: writers }, (_, writer) => write([service, second], writer, until));
    // Begun in the midst of the writing.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const followers = [
      followUntil(service, 'the end', null),
      followUntil(second, 'the end', null),
      followUntil(second, 'the end', 1_000),
    ];
    await Promise.all(working);
    await service.run('mutation { startRun(input: { name: "the end" }) { id } }');
    const told = await Promise.all(followers);
    const expected = plain(await load(service));
    expect(expected.length).toBeGreaterThan(writers / 2);
    for (const { seen, known } of told) {
      expect(seen.length).toBeGreaterThan(50);
      // In order, and each once.
      expect(seen.every((cursor, index) => index === 0 || cursor > seen[index - 1]!)).toBe(true);
      expect(plain(known)).toEqual(expected);
    }
    // None missing, of all that can still be told: retracted entries and deleted runs are left out.
    const rows = await service.sql(
      `SELECT c.id FROM change c LEFT JOIN pipeline_run r ON r.id = c.run_id WHERE r.id IS NOT NULL OR c.kind = 'DELETION'
       UNION ALL
       SELECT e.id FROM metadata_entry e JOIN pipeline_run r ON r.id = e.run_id WHERE e.retracted_at IS NULL`,
    );
    const ids = rows.map(({ id }) => BigInt(id));
    for (const { seen } of told) {
      const [first, last, had] = [seen[0]!, seen.at(-1)!, new Set(seen)];
      expect(ids.filter((id) => id > first && id <= last && !had.has(id))).toEqual([]);
    }
    expect(service.unexpected).toEqual([]);
    expect(second.unexpected).toEqual([]);
  } finally {
    await second.close();
  }
});
