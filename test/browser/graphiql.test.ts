import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../src/http.ts';
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
    page = await browser.newPage();
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

  test('the tabs, played in turn, start a run, log to its step, and read the latest and the history', async () => {
    const tabs = page.getByRole('tab');
    expect(await tabs.count()).toBeGreaterThanOrEqual(3);
    const play = () => page.getByRole('button', { name: /execute query/i }).click();
    const read = async () => (await page.locator('.graphiql-response').innerText()).replaceAll('\u00a0', ' ');
    await play();
    await expect.poll(read, { timeout: 20_000 }).toContain('"attempt": 1');
    for (const [index, expected] of [
      [1, '"train::model_size"'],
      [2, '"totalCount": '],
    ] as const) {
      await tabs.nth(index).click();
      const readOrPlay = async () => {
        // For a moment after a tab was chosen GraphiQL still knows the operation of the one before, and sends nothing.
        const answer = await read();
        if (!answer.includes(expected)) await play();
        return answer;
      };
      await expect.poll(readOrPlay, { timeout: 20_000, interval: 500 }).toContain(expected);
    }
  });

  test('nothing is loaded from elsewhere, and nothing went wrong', () => {
    expect(foreign).toEqual([]);
    expect(problems).toEqual([]);
    expect(service.unexpected).toEqual([]);
  });
});
