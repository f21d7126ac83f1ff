import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { openService, type TestService } from '../support/service.ts';
import { subscribe } from '../support/subscribe.ts';

let one: TestService;
let two: TestService;
let url: string;
let closeHttp: () => void;
beforeAll(async () => {
  one = await openService();
  two = await openService({ database: { url: one.url, drop: async () => {} } });
  const server = createHttpServer({
    app: one.app,
    maxBodyBytes: 100_000,
    allowedHosts: [],
    allowedOrigins: [],
    graphiql: false,
    isReady: async () => true,
    onError: (error) => {
      throw error;
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/graphql`;
  closeHttp = () => {
    one.app.endStreams();
    server.close();
    server.closeAllConnections();
  };
});
afterAll(async () => {
  closeHttp();
  await two.close();
  await one.close();
});

const log = (service: TestService, run: string, value: unknown, key = 'k') =>
  service.run(
    `mutation ($r: String, $m: JSONObject) { logMetadata(input: { target: { run: $r }, metadata: $m }) { entries { id } } }`,
    {
      r: run,
      m: { [key]: value },
    },
  );

test.each([
  ['distinct connections', false],
  ['a single connection', true],
])('a graphql-sse client follows over %s, every digit of every value', async (_name, singleConnection) => {
  const run = `sse ${singleConnection}`;
  await one.run(`mutation ($n: String) { startRun(input: { name: $n }) { id } }`, { n: run });
  await log(one, run, 'first');
  const first = (
    await one.run(`query ($r: String!) { pipelineRun(ref: $r) { runMetadata(key: "k") { id } } }`, { r: run })
  ).pipelineRun.runMetadata.id;
  const client = createClient({ url: singleConnection ? `${url}/stream` : url, singleConnection });
  const seen = client.iterate<{ metadataLogged: { id: string; display: string; value: unknown } }>({
    query: `subscription ($r: String!, $after: ID) { metadataLogged(ref: $r, after: $after, keys: ["k"]) { id display value } }`,
    variables: { r: run, after: first },
  });
  await log(two, run, 1, 'unwanted');
  await log(two, run, 'by "another" server');
  await two.run(
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
});

test('followers have every entry once, in order of id, while many writers commit at once on two servers', async () => {
  await one.run(
    `mutation { startRun(input: { name: "busy" }) { id } startStep(input: { run: "busy", name: "s" }) { id } }`,
  );
  const first = BigInt((await log(one, 'busy', 0)).logMetadata.entries[0].id);
  const writes = 40;
  const writers = 8;
  const follow = async (service: TestService, cutEvery: number) => {
    const ids: bigint[] = [];
    let after = first;
    while (ids.length < writers * writes) {
      const stream = await subscribe(
        service,
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
  const followers = [follow(one, 1_000), follow(two, 1_000), follow(two, 17)];
  const written = await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const ids: bigint[] = [];
      for (let index = 0; index < writes; index += 1) {
        const { logMetadata } = await log(writer % 2 ? one : two, 'busy', index, `k${writer}`);
        ids.push(BigInt(logMetadata.entries[0].id));
      }
      return ids;
    }),
  );
  const expected = written.flat().sort((a, b) => (a < b ? -1 : 1));
  for (const ids of await Promise.all(followers)) expect(ids).toEqual(expected);
});

test('an id of no entry is refused, an unknown run is not found, and a deleted run ends the stream', async () => {
  const follow = async (args: string) =>
    (await subscribe(one, `subscription { metadataLogged(${args}) { id } }`)).text();
  await one.run(`mutation { startRun(input: { name: "short" }) { id } }`);
  expect(await follow('ref: "short", after: "999999999"')).toContain('BAD_USER_INPUT');
  expect(await follow('ref: "short", after: "x"')).toContain('BAD_USER_INPUT');
  expect(await follow('ref: "nowhere"')).toContain('NOT_FOUND');
  const following = follow('ref: "short"');
  await one.run(`mutation { deleteRun(ref: "short") }`);
  expect(await following).toContain('event: complete');
});
