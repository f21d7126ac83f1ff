import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseJson } from '../../src/json/parse.ts';
import { subscribe } from '../support/subscribe.ts';
import { test } from '../support/test.ts';

const page = readFileSync(new URL('../../docs/dashboards.md', import.meta.url), 'utf8');
const setup = /```graphql\n(mutation Setup .*?)```/s.exec(page)![1]!;
const questions = [...page.matchAll(/^## (\d+\. .+?)$.*?```graphql\n(.*?)```\n\n```json\n(.*?)```/gms)].map(
  ([, title, query, answer]) => ({ title: title!, query: query!, answer: answer! }),
);

test.beforeAll(async ({ service }) => {
  await service.run(setup);
});

test('the page has its questions', () => {
  expect(questions.length).toBe(11);
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
