import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { createGate } from '../../src/domain/access/gate.ts';
import { chromiumPath, launchChromium } from '../support/browser.ts';
import { makeKey } from '../support/callers.ts';
import { listen } from '../support/http.ts';
import { openService } from '../support/service.ts';
import { test as base } from '../support/test.ts';

const foreign: string[] = [];
const problems: string[] = [];

const test = base.extend('page', { scope: 'file' }, async ({ server }, { onCleanup }) => {
  const browser = await launchChromium();
  onCleanup(() => browser.close());
  // GraphiQL has only those lines of an answer in the page that are to be seen.
  const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.origin)) foreign.push(request.url());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`${server.origin}/graphql`);
  await page.getByRole('button', { name: /execute query/i }).waitFor();
  return page;
});

describe.skipIf(!chromiumPath)('GraphiQL in a browser', () => {
  const play = (page: Page) => page.getByRole('button', { name: /execute query/i }).click();
  const read = async (page: Page) =>
    ((await page.locator('.graphiql-response').textContent()) ?? '').replaceAll('\u00a0', ' ');
  /** Until GraphiQL has taken notice of what is in the editor it plays the operation that was there before. */
  const noticed = (page: Page, text: string) =>
    expect.poll(() => new URL(page.url()).searchParams.get('query'), { timeout: 10_000 }).toContain(text);

  test('the tabs, played in turn, start a run, log to its step, and read the latest and the history', async ({
    page,
  }) => {
    const tabs = page.getByRole('tab');
    expect(await tabs.allInnerTexts()).toEqual(['Start', 'Log', 'Read', 'Dashboard', 'Follow']);
    await play(page);
    await expect.poll(() => read(page), { timeout: 10_000 }).toContain('"attempt": 1');
    for (const [index, operation, expected] of [
      [1, 'mutation Log', '"train::model_size"'],
      [2, 'query Read', '"totalCount": 1'],
      [3, 'query Dashboard', '"key": "train::accuracy"'],
    ] as const) {
      await tabs.nth(index).click({ delay: 100 }); // held as a person does: a tab that moves when it is pressed is missed
      await noticed(page, operation);
      await play(page);
      await expect.poll(() => read(page), { timeout: 10_000 }).toContain(expected);
    }
  });

  test('numbers are shown as they were written', async ({ service, page }) => {
    const { id } = (await service.run('mutation { startRun(input: { name: "exact" }) { id } }')).startRun;
    const query = `mutation Exact { logMetadata(input: { target: { run: "${id}" }, metadata: { seed: 9007199254740993 } }) { entries { value } } }`;
    await page.goto(`${page.url().split('?')[0]}?query=${encodeURIComponent(query)}`);
    await page.getByRole('tab', { name: 'Exact' }).waitFor();
    await play(page);
    await expect.poll(() => read(page), { timeout: 10_000 }).toContain('"value": 9007199254740993');
  });

  test('where a key is asked for, the page asks for one, and keeps it in the tab alone', async ({ page: other }) => {
    const service = await openService();
    const { secret } = await makeKey(service, ['ADMIN']);
    const guarded = await listen(service, { gate: createGate(service.db, { anonymous: 'never' }) });
    const context = await other.context().browser()!.newContext();
    try {
      const page = await context.newPage();
      const query = '{ service { viewer { name } } }';
      await page.goto(`${guarded.origin}/graphql?query=${encodeURIComponent(query)}`);
      await page.getByRole('dialog', { name: 'Key' }).waitFor();
      await page.getByRole('textbox', { name: 'Key' }).fill(secret);
      await page.getByRole('button', { name: 'Use this key in this tab' }).click();
      await play(page);
      await expect.poll(() => read(page), { timeout: 10_000 }).toContain('"name": "ADMIN"');
      expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(secret);
      expect(page.url()).not.toContain(secret);
      expect(await context.cookies()).toEqual([]);
    } finally {
      await context.close();
      await guarded.close();
      await service.close();
    }
  });

  test('the documentation opens', async ({ page }) => {
    await page.getByRole('button', { name: /show documentation explorer/i }).click();
    await page.getByRole('link', { name: 'Mutation' }).waitFor();
  });

  test('nothing is loaded from elsewhere, and nothing went wrong', ({ service }) => {
    expect(foreign).toEqual([]);
    expect(problems).toEqual([]);
    expect(service.unexpected).toEqual([]);
  });
});
