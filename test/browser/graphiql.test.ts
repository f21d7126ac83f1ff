import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { openService, type TestService } from '../support/service.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

describe.skipIf(!executablePath)('GraphiQL in a browser', () => {
  let service: TestService;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    service = await openService();
    server = createHttpServer({
      app: service.app,
      maxBodyBytes: 1_000_000,
      allowedHosts: [],
      allowedOrigins: [],
      graphiql: true,
      isReady: async () => true,
      onError: (error) => problems.push(String(error)),
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    });
    // GraphiQL has only those lines of an answer in the page that are to be seen.
    page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) foreign.push(request.url());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`${origin}/graphql`);
    await page.getByRole('button', { name: /execute query/i }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await service?.close();
  });

  const play = () => page.getByRole('button', { name: /execute query/i }).click();
  const read = async () => ((await page.locator('.graphiql-response').textContent()) ?? '').replaceAll('\u00a0', ' ');
  /** Until GraphiQL has taken notice of what is in the editor it plays the operation that was there before. */
  const noticed = (text: string) =>
    expect.poll(() => new URL(page.url()).searchParams.get('query'), { timeout: 10_000 }).toContain(text);

  test('the tabs, played in turn, start a run, log to its step, and read the latest and the history', async () => {
    const tabs = page.getByRole('tab');
    expect(await tabs.allInnerTexts()).toEqual(['Start', 'Log', 'Read']);
    await play();
    await expect.poll(read, { timeout: 10_000 }).toContain('"attempt": 1');
    for (const [index, operation, expected] of [
      [1, 'mutation Log', '"train::model_size"'],
      [2, 'query Read', '"totalCount": 1'],
    ] as const) {
      await tabs.nth(index).click({ delay: 100 }); // held as a person does: a tab that moves when it is pressed is missed
      await noticed(operation);
      await play();
      await expect.poll(read, { timeout: 10_000 }).toContain(expected);
    }
  });

  test('numbers are shown as they were written', async () => {
    const { id } = (await service.run('mutation { startRun(input: { name: "exact" }) { id } }')).startRun;
    const query = `mutation Exact { logMetadata(input: { target: { run: "${id}" }, metadata: { seed: 9007199254740993 } }) { entries { value } } }`;
    await page.goto(`${page.url().split('?')[0]}?query=${encodeURIComponent(query)}`);
    await page.getByRole('tab', { name: 'Exact' }).waitFor();
    await play();
    await expect.poll(read, { timeout: 10_000 }).toContain('"value": 9007199254740993');
  });

  test('the documentation opens', async () => {
    await page.getByRole('button', { name: /show documentation explorer/i }).click();
    await page.getByRole('link', { name: 'Mutation' }).waitFor();
  });

  test('nothing is loaded from elsewhere, and nothing went wrong', () => {
    expect(foreign).toEqual([]);
    expect(problems).toEqual([]);
    expect(service.unexpected).toEqual([]);
  });
});
