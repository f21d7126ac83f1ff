import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { follow } from '../support/events.ts';
import { subscribe } from '../support/subscribe.ts';
import { test } from '../support/test.ts';

const page = readFileSync(new URL('../../docs/dashboards.md', import.meta.url), 'utf8');
const setup = /```graphql\n(mutation Setup .*?)```/s.exec(page)![1]!;
const questions = [
  ...page.matchAll(/^## (\d+\. .+?)$(?:(?!^## ).)*?```graphql\n((?:(?!```).)*)```\n\n```json\n(.*?)```/gms),
].map(([, title, query, answer]) => ({ title: title!, query: query!, answer: answer! }));

test.beforeAll(async ({ service }) => {
  const { l } = await service.run(setup);
  await service.run(
    'mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "meant for iris-2") { latest { id } } }',
    { id: l.entries[0].id },
  );
});

test('the page has its questions', () => {
  expect(questions.length).toBe(20);
});

test.for(questions)('$title', async ({ query, answer }, { service }) => {
  expect({ data: await service.run(query) }).toEqual(parseJson(answer));
});

test('12. following a run gives its entries as events', async ({ service }) => {
  const subscription = /```graphql\n(subscription Follow.*?)```/s.exec(page)![1]!;
  const { id } = (await service.run(`{ pipelineRun(ref: "iris-2") { runMetadata(key: "accuracy") { id } } }`))
    .pipelineRun.runMetadata;
  const response = await subscribe(service, subscription, { after: id });
  const reader = response.body!.getReader();
  let text = '';
  while (!text.includes('event: next\ndata: {')) text += Buffer.from((await reader.read()).value!).toString();
  await reader.cancel();
  expect(text).toContain('"qualifiedKey":"train::loss","display":"0.31"');
});

test('22. following everything gives changes as events', async ({ service }) => {
  const subscription = /```graphql\n(subscription Changes.*?)```/s.exec(page)![1]!;
  const events = await follow(service, subscription, { after: '0' });
  const shown = parseJson(/```text\nevent: next\ndata: (.*"RunChanged".*)\n```/.exec(page)![1]!) as { data: unknown };
  for (;;) {
    const event = await events.next();
    if (event.changes.cursor !== (shown.data as typeof event).changes.cursor) continue;
    expect(event).toEqual(shown.data);
    break;
  }
  await events.cut();
});
