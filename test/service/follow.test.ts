import { createClient } from 'graphql-sse';
import { expect } from 'vitest';
import type { TestService } from '../support/service.ts';
import { subscribe } from '../support/subscribe.ts';
import { test } from '../support/test.ts';

const log = (service: TestService, run: string, value: unknown, key = 'k') =>
  service.run(
    `mutation ($r: String, $m: JSONObject) { logMetadata(input: { target: { run: $r }, metadata: $m }) { entries { id } } }`,
    {
      r: run,
      m: { [key]: value },
    },
  );

test.for([
  ['distinct connections', false],
  ['a single connection', true],
] as const)(
  'a graphql-sse client follows over %s, every digit of every value',
  async ([_name, singleConnection], { service, second, server }) => {
    const url = `${server.origin}/graphql`;
    const run = `sse ${singleConnection}`;
    await service.run(`mutation ($n: String) { startRun(input: { name: $n }) { id } }`, { n: run });
    await log(service, run, 'first');
    const first = (
      await service.run(`query ($r: String!) { pipelineRun(ref: $r) { runMetadata(key: "k") { id } } }`, { r: run })
    ).pipelineRun.runMetadata.id;
    const client = createClient({ url: singleConnection ? `${url}/stream` : url, singleConnection });
    const seen = client.iterate<{ metadataLogged: { id: string; display: string; value: unknown } }>({
      query: `subscription ($r: String!, $after: ID) { metadataLogged(ref: $r, after: $after, keys: ["k"]) { id display value } }`,
      variables: { r: run, after: first },
    });
    await log(second, run, 1, 'unwanted');
    await log(second, run, 'by "another" server');
    await second.run(
      `mutation ($r: String!) { logMetadata(input: { target: { run: $r }, metadata: { k: 90071992547409931 } }) { replayed } }`,
      { r: run },
    );
    const values: unknown[] = [];
    for await (const { data, errors } of seen) {
      expect(errors).toBeUndefined();
      values.push(data?.metadataLogged.display);
      if (values.length === 2) break;
    }
    expect(values).toEqual(['by "another" server', '90071992547409931']);
    client.dispose();
  },
);

test('followers have every entry once, in order of id, while many writers commit at once on two servers', async ({
  service,
  second,
}) => {
  await service.run(
    `mutation { startRun(input: { name: "busy" }) { id } startStep(input: { run: "busy", name: "s" }) { id } }`,
  );
  const first = BigInt((await log(service, 'busy', 0)).logMetadata.entries[0].id);
  const writes = 40;
  const writers = 8;
  const follow = async (from: TestService, cutEvery: number) => {
    const ids: bigint[] = [];
    let after = first;
    while (ids.length < writers * writes) {
      const stream = await subscribe(
        from,
        'subscription ($after: ID) { metadataLogged(ref: "busy", after: $after) { id } }',
        { after: String(after) },
      );
      const reader = stream.body!.getReader();
      let text = '';
      let got = 0;
      while (got < cutEvery && ids.length < writers * writes) {
        const { value, done } = await reader.read();
        if (done) break;
        text += Buffer.from(value).toString();
        const events = text.split('\n\n');
        text = events.pop()!;
        for (const event of events) {
          const data = /^data: (.+)$/m.exec(event)?.[1];
          if (!data || got >= cutEvery) continue;
          got += 1;
          after = BigInt(JSON.parse(data).data.metadataLogged.id);
          ids.push(after);
        }
      }
      await reader.cancel();
    }
    return ids;
  };
  const followers = [follow(service, 1_000), follow(second, 1_000), follow(second, 17)];
  const written = await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const ids: bigint[] = [];
      for (let index = 0; index < writes; index += 1) {
        const { logMetadata } = await log(writer % 2 ? service : second, 'busy', index, `k${writer}`);
        ids.push(BigInt(logMetadata.entries[0].id));
      }
      return ids;
    }),
  );
  const expected = written.flat().sort((a, b) => (a < b ? -1 : 1));
  for (const ids of await Promise.all(followers)) expect(ids).toEqual(expected);
});

test('an id of no entry is refused, an unknown run is not found, and a deleted run ends the stream', async ({
  service,
}) => {
  const follow = async (args: string) =>
    (await subscribe(service, `subscription { metadataLogged(${args}) { id } }`)).text();
  await service.run(`mutation { startRun(input: { name: "short" }) { id } }`);
  expect(await follow('ref: "short", after: "999999999"')).toContain('BAD_USER_INPUT');
  expect(await follow('ref: "short", after: "x"')).toContain('BAD_USER_INPUT');
  expect(await follow('ref: "nowhere"')).toContain('NOT_FOUND');
  const following = follow('ref: "short"');
  await service.run(`mutation { deleteRun(ref: "short") }`);
  expect(await following).toContain('event: complete');
});
